import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { rootCertificates } from 'node:tls'
import type { WireRequest } from '@posthorn/wire'
import type { Answer } from '../show/http.ts'
import { errorText, systemCode } from '../process/system-error.ts'

const MAX_ANSWER_BYTES = 1_048_576

/**
 * Sends one request unchanged, to any address, because a developer's receiver runs on the same machine. It follows no
 * redirects, like a vendor. Never rejects.
 */
export function httpSend(
  request: WireRequest,
  options: { timeoutMs: number; ca?: string | undefined },
): Promise<Answer> {
  const startedAt = performance.now()
  const elapsedMs = () => Math.round(performance.now() - startedAt)
  return new Promise((resolve) => {
    const signal = AbortSignal.timeout(options.timeoutMs)
    const fail = (error: unknown) => {
      if (signal.aborted) {
        const message = `the receiver took longer than ${options.timeoutMs / 1000} s`
        resolve({ ok: false, code: 'TIMEOUT', message, durationMs: elapsedMs() })
        return
      }
      resolve({
        ok: false,
        code: systemCode(error) ?? 'FAILED',
        message: errorText(error),
        durationMs: elapsedMs(),
      })
    }
    try {
      const url = new URL(request.url)
      const send = url.protocol === 'https:' ? httpsRequest : httpRequest
      const length = request.body === null ? [] : ['content-length', String(request.body.length)]
      const client = send(url, {
        method: request.method,
        // As it was signed: of a URL that ends in "?", Node would leave that out.
        path: url.href.slice(url.origin.length),
        headers: [...request.headers.flat(), 'host', url.host, ...length, 'connection', 'close'],
        signal,
        ...(options.ca === undefined ? {} : { ca: [...rootCertificates, options.ca] }),
      })
      client.on('error', fail)
      client.on('response', (response) => {
        const chunks: Buffer[] = []
        let size = 0
        response.on('error', fail)
        response.on('data', (chunk: Buffer) => {
          if (size < MAX_ANSWER_BYTES) chunks.push(chunk)
          size += chunk.length
        })
        response.on('end', () => {
          const raw = response.rawHeaders
          resolve({
            ok: true,
            status: response.statusCode ?? 0,
            statusText: response.statusMessage ?? '',
            headers: raw.flatMap((name, index) => (index % 2 === 0 ? [[name, raw[index + 1] ?? ''] as const] : [])),
            body: Buffer.concat(chunks),
            durationMs: elapsedMs(),
          })
        })
      })
      client.end(request.body ?? undefined)
    } catch (error) {
      fail(error)
    }
  })
}
