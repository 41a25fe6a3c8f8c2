/**
 * File names in `Content-Disposition` (RFC 6266, RFC 8187). A name comes from an untrusted client and is saved by another one.
 * So directories are cut off, and characters that could end the quoted string are replaced.
 */

/** The name that a request gives its body; `null`: there is none, or it cannot be read. */
export function fileNameOf(disposition: string | undefined): string | null {
  if (disposition === undefined) return null
  const name = extendedName(disposition) ?? plainName(disposition)
  const last = name?.split(/[/\\]/).at(-1)?.trim() ?? ''
  return last === '' ? null : last
}

/** Makes a browser save the response as a file. `filename*` has the exact name; old clients read `filename`. */
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

/** `encodeURIComponent` keeps five characters that are not allowed in an `ext-value`. */
function percentEncoded(name: string): string {
  return encodeURIComponent(name).replaceAll(
    /['()*!]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}
