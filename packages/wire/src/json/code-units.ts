/**
 * A text as an array of numbers: reading it character by character there takes half of the time that `charCodeAt` does,
 * which asks at every call how the runtime keeps the text.
 */

/** Texts up to this length need no memory of their own. */
const keptLength = 32_768
const kept = new Uint16Array(keptLength + 1)

/** Node, Deno and Bun copy a text in one step, in the order of bytes of nearly every machine. */
const isCopied = typeof Buffer === 'function' && new Uint8Array(Uint16Array.of(1).buffer)[0] === 1
const keptBytes = isCopied ? Buffer.from(kept.buffer) : null

/** The UTF-16 code units of a text, and a zero behind the last. They are valid until this is called again. */
export function codeUnits(text: string): Uint16Array {
  const units = text.length <= keptLength ? kept : new Uint16Array(text.length + 1)
  const bytes = units === kept ? keptBytes : isCopied ? Buffer.from(units.buffer) : null
  if (bytes === null) for (let at = 0; at < text.length; at++) units[at] = text.charCodeAt(at)
  else bytes.write(text, 0, 'utf16le')
  units[text.length] = 0
  return units
}
