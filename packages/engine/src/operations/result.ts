/** A file that is streamed to disk as it comes. */
export interface ResultFile {
  readonly file: AsyncIterable<Uint8Array>
  readonly name: string
  readonly contentType: string
  /** How long it is said to be: what is too large is then refused before a byte is read. */
  readonly bytes?: number
}

/** JSON text of an object, at most 1 MB and handed on byte for byte; or a file. */
export type OperationResult = { readonly payload: string } | ResultFile
