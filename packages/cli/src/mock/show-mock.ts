import type { MockOut } from '@posthorn/api'
import type { Io } from '../process/io.ts'
import { showAnswer, showRequest, type Answer } from '../show/http.ts'

/** The request that a server sent at once, and its response, in the form of `posthorn trigger`. */
export function showMock(mock: MockOut, io: Io): string {
  const { request } = mock
  const body = request.body === null ? null : Buffer.from(request.body)
  return `${showRequest({ ...request, body }, io)}\n${showAnswer(answerOf(mock), io)}${truncated(mock, io)}`
}

export function mockSucceeded({ response }: MockOut): boolean {
  return response !== null && response.status >= 200 && response.status < 300
}

function answerOf({ response, error, durationMs }: MockOut): Answer {
  const ms = Math.round(durationMs)
  if (response === null)
    return { ok: false, code: error?.code ?? 'failed', message: error?.message ?? 'no answer', durationMs: ms }
  const { status, headers, body, bodyBase64 } = response
  const bytes = bodyBase64 === null ? Buffer.from(body) : Buffer.from(bodyBase64, 'base64')
  return { ok: true, status, statusText: '', headers, body: bytes, durationMs: ms }
}

function truncated({ response }: MockOut, io: Io): string {
  return response?.truncated ? `${io.style('dim', 'The rest was not read.')}\n` : ''
}
