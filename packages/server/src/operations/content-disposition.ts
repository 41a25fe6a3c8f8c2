/**
 * Names of files in `Content-Disposition` (RFC 6266, RFC 8187). A name comes from one stranger and goes to the disk of
 * another, so nothing of it is a path, and nothing of it leaves its quotes.
 */

/** The name that a request gives its body; `null`: none that can be read. */
export function fileNameOf(disposition: string | undefined): string | null {
  if (disposition === undefined) return null
  const name = extendedName(disposition) ?? plainName(disposition)
  const last = name?.split(/[/\\]/).at(-1)?.trim() ?? ''
  return last === '' ? null : last
}

/** A response that is kept as a file, whatever is in it. Browsers that know the second form take that one. */
export function attachment(name: string): string {
  const plain = name.replaceAll(/[^\x20-\x7e]|["\\%]/g, '_')
  const quoted = `attachment; filename="${plain}"`
  return plain === name ? quoted : `${quoted}; filename*=UTF-8''${percentEncoded(name)}`
}

/** `filename*=UTF-8''na%C3%AFve.zip` */
function extendedName(disposition: string): string | null {
  const match = /;\s*filename\*\s*=\s*utf-8'[^']*'([^;\s]{1,1024})/i.exec(disposition)
  if (!match) return null
  try {
    return decodeURIComponent(match[1]!)
  } catch {
    return null
  }
}

/** `filename=backup.zip`, or with quotes */
function plainName(disposition: string): string | null {
  const match = /;\s*filename\s*=\s*(?:"((?:[^"\\]|\\.){0,1024})"|([^;\s"]{1,1024}))/i.exec(disposition)
  return match?.[1]?.replaceAll(/\\(.)/g, '$1') ?? match?.[2] ?? null
}

/** `encodeURIComponent` leaves five characters that an `ext-value` may not have. */
function percentEncoded(name: string): string {
  return encodeURIComponent(name).replaceAll(
    /['()*!]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}
