import { ApiError } from '../client-error.ts'
import type { ClientOptions } from '../client.ts'

/** A result that is a file, streamed: it is never whole in memory. */
export interface FileResult {
  readonly file: AsyncIterable<Uint8Array> | ReadableStream<Uint8Array> | Uint8Array
  readonly name: string
  /** `application/octet-stream` when absent. A JSON file is one too: it is kept as it is. */
  readonly contentType?: string
}

/** Completes an operation with a file. @throws {ApiError} */
export async function uploadFile(
  options: ClientOptions,
  { app_id, operation_id }: { readonly app_id: string; readonly operation_id: string },
  { file, name, contentType = 'application/octet-stream' }: FileResult,
): Promise<void> {
  const path = `/api/v1/app/${encodeURIComponent(app_id)}/operation/${encodeURIComponent(operation_id)}/complete`
  const address = `${options.url.replace(/\/+$/, '')}${path}?name=${encodeURIComponent(name)}`
  // A body that is streamed needs `duplex`, which the types of fetch do not have yet.
  const request: RequestInit & { duplex: 'half' } = {
    method: 'POST',
    headers: { authorization: `Bearer ${options.token}`, 'content-type': contentType },
    body: file as NonNullable<RequestInit['body']>,
    duplex: 'half',
  }
  const response = await (options.fetch ?? fetch)(address, request)
  if (!response.ok) throw new ApiError(response.status, await response.json().catch(() => null))
}

/** Lets go of a result that nobody will fetch. */
export async function discard(result: Readonly<Record<string, unknown>> | FileResult): Promise<void> {
  if (!('file' in result)) return
  const { file } = result as FileResult
  if (file instanceof ReadableStream) await file.cancel()
  else if (Symbol.asyncIterator in file) await file[Symbol.asyncIterator]().return?.()
}
