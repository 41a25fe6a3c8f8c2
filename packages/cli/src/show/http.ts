import type { WireRequest } from '@posthorn/wire'
import type { Io } from '../process/io.ts'
import { printable, printableBytes } from './printable.ts'

/** The response of a receiver, or why there is none. */
export type Answer =
  | {
      readonly ok: true
      readonly status: number
      readonly statusText: string
      readonly headers: readonly (readonly [name: string, value: string])[]
      readonly body: Uint8Array
      readonly durationMs: number
    }
  | { readonly ok: false; readonly code: string; readonly message: string; readonly durationMs: number }

/** A request: method, URL, headers, body. */
export function showRequest(request: Omit<WireRequest, 'method'> & { readonly method: string }, io: Io): string {
  const lines = [
    io.style('bold', printable(`${request.method} ${request.url}`, { oneLine: true })),
    ...request.headers.map(([name, value]) => header(name, value, io)),
  ]
  if (request.body !== null && request.body.length > 0) lines.push('', printableBytes(request.body))
  return `${lines.join('\n')}\n`
}

/** A response: status, time, headers, body; or why there is none. */
export function showAnswer(answer: Answer, io: Io): string {
  if (!answer.ok) {
    return `${io.style('red', `no answer after ${answer.durationMs} ms`)}: ${printable(answer.message, { oneLine: true })} (${answer.code})\n`
  }
  const status = printable(`${answer.status} ${answer.statusText}`.trim(), { oneLine: true })
  const lines = [
    `${io.style(isSuccess(answer) ? 'green' : 'red', status)} in ${answer.durationMs} ms`,
    ...answer.headers.map(([name, value]) => header(name, value, io)),
  ]
  if (answer.body.length > 0) lines.push('', printableBytes(answer.body))
  return `${lines.join('\n')}\n`
}

export function isSuccess(answer: Answer): boolean {
  return answer.ok && answer.status >= 200 && answer.status < 300
}

function header(name: string, value: string, io: Io): string {
  return `${io.style('dim', `${printable(name, { oneLine: true })}:`)} ${printable(value, { oneLine: true })}`
}
