/**
 * The rule for the URL of a receiver, wherever one is given: it is sent as it was written, or refused with what to write. A receiver may
 * compare or sign its URL as text, and URL parsers change texts silently: `http://2130706433/` becomes `http://127.0.0.1/`.
 *
 * There are two exceptions, which are the same address for everyone: scheme and host may be written in upper case, and become lower
 * case; a URL without a path gets `/`.
 *
 * The URL is parsed once, by `URL`, and afterwards only its fields are used. With two parsers, an attacker can write a URL that they
 * read differently (`http://a@b\@c`).
 */

export type SentUrl =
  | {
      readonly ok: true
      readonly url: URL
      /** Path and query as they are sent, to the byte. `URL.search` is empty for a URL that ends in `?`. */
      readonly target: string
    }
  | { readonly ok: false; readonly message: string }

/**
 * @example
 * sentUrl('https://example.com/a?') // { ok: true, target: '/a?', ... }
 * sentUrl('https://example.com/a/../b') // { ok: false, message: 'the path of the URL would be changed ...: write https://example.com/b' }
 */
export function sentUrl(text: string): SentUrl {
  const parsed = URL.canParse(text) ? new URL(text) : null
  if (parsed === null) return refuse(`"${shorten(text)}" is not a URL: write it like https://example.com/webhooks`)
  if (parsed.protocol !== 'https:' && parsed.protocol !== 'http:')
    return refuse(`"${parsed.protocol}" is not a scheme for webhooks: use https: or http:`)
  if (parsed.hostname === '') return refuse('the URL has no host: write it like https://example.com/webhooks')
  if (parsed.username !== '' || parsed.password !== '')
    return refuse('the URL carries a user name or password: put credentials into a header instead')
  const changed = changedText(text, parsed)
  if (changed !== null) return refuse(changed)
  // For a URL that ends in "#", `hash` is empty, but the canonical form still has the "#".
  if (parsed.href.includes('#')) return refuse('the URL has a fragment ("#..."), which is never sent: remove it')
  return { ok: true, url: parsed, target: targetOf(parsed) }
}

function targetOf(parsed: URL): string {
  return parsed.href.slice(parsed.origin.length)
}

/** What the URL parser would change, with what to write instead; `null`: nothing. */
function changedText(text: string, parsed: URL): string | null {
  // oxlint-disable-next-line no-control-regex -- the parser removes control characters without a word
  const removed = /[\u0000-\u0020\u007f]/.exec(text)
  if (removed !== null)
    return `the URL has ${nameOf(removed[0])} at character ${removed.index + 1}, which would be removed or changed: take it out, or write it as ${encodeURIComponent(removed[0])}`
  if (text.includes('\\')) return 'the URL has a backslash, which would become a slash: write / or %5C'
  const [, scheme = '', slashes, authority = '', written = ''] = /^([^:]*):(\/*)([^/?#]*)([^#]*)/.exec(text) ?? []
  const sent = targetOf(parsed).split('#', 1)[0]!
  const instead = `write ${parsed.origin}${shorten(sent)}`
  if (slashes !== '//') return `the URL does not have two slashes behind ${scheme}:, and would be changed: ${instead}`
  if (authority.includes('@')) return `the URL has an @ in front of its host, which would be removed: ${instead}`
  // Only the letters A to Z: other letters have a lower case too that is another letter (the sign of Kelvin).
  const host = authority.replace(/[A-Z]/g, (letter) => letter.toLowerCase())
  if (host === `${parsed.hostname}:${usualPort[parsed.protocol]}`)
    return `the URL has the port that ${parsed.protocol} has anyway, which would be left out: ${instead}`
  if (host !== parsed.host) return `the host of the URL would be changed before it is sent: ${instead}`
  if (written === '' || written === sent || `/${written}` === sent) return null
  return `the path of the URL would be changed before it is sent: ${instead}`
}

const usualPort: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 }

function nameOf(character: string): string {
  if (character === ' ') return 'a space'
  if (character === '\t') return 'a tab'
  return character === '\n' || character === '\r' ? 'a line break' : 'a control character'
}

const refuse = (message: string) => ({ ok: false, message }) as const

const shorten = (text: string): string => (text.length > 200 ? `${text.slice(0, 200)}...` : text)
