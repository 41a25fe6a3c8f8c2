import { ApiError } from '../client/error.ts'
import type { ClientOptions } from '../client/options.ts'

import { pathSegment } from '../client/path-segment.ts'
/** A result that is a file. It is streamed and never complete in memory. */
export interface FileResult {
  readonly file: AsyncIterable<Uint8Array> | ReadableStream<Uint8Array> | Uint8Array
  readonly name: string
  /** `application/octet-stream` when absent, and for JSON, because the server would take a JSON body as the result itself. */
  readonly contentType?: string
}

/** Completes an operation with a file. @throws {ApiError} */
export async function uploadFile(
  options: ClientOptions,
  { app_id, operation_id }: { readonly app_id: string; readonly operation_id: string },
  { file, name, contentType = octets }: FileResult,
): Promise<void> {
  const path = `/api/v1/app/${pathSegment(app_id, 'app_id')}/operation/${pathSegment(operation_id, 'operation_id')}/complete`
  const address = `${options.url.replace(/\/+$/, '')}${path}?name=${encodeURIComponent(name)}`
  // A streamed body needs `duplex`, which is missing in the types of fetch.
  const request: RequestInit & { duplex: 'half' } = {
    method: 'POST',
    headers: { authorization: `Bearer ${options.token}`, 'content-type': isJson(contentType) ? octets : contentType },
    body: file as NonNullable<RequestInit['body']>,
    duplex: 'half',
  }
  const response = await (options.fetch ?? fetch)(address, request)
  if (!response.ok) throw new ApiError(response.status, await response.json().catch(() => null))
}

const octets = 'application/octet-stream'

function isJson(contentType: string): boolean {
  return /^application\/([\w.-]+\+)?json\b/i.test(contentType)
}

type Result = Readonly<Record<string, unknown>> | FileResult

/** Whether a result is a file, and not an object that happens to have a member of this name. */
export function isFile(result: Result): result is FileResult {
  const { file, name } = result as Partial<FileResult>
  if (typeof name !== 'string' || typeof file !== 'object' || file === null) return false
  return file instanceof Uint8Array || file instanceof ReadableStream || Symbol.asyncIterator in file
}

/** Releases a result that nobody will get. */
export async function discard(result: Result): Promise<void> {
  if (!isFile(result)) return
  const { file } = result
  if (file instanceof ReadableStream) await file.cancel()
  // A stream of Node: its iterator does not close a stream that was never read.
  else if ('destroy' in file && typeof file.destroy === 'function') file.destroy()
  else if (Symbol.asyncIterator in file) await file[Symbol.asyncIterator]().return?.()
}
