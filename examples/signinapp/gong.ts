import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'

/** The receiver of the unsigned notification: a gong that rings for every request and stores no secret. */
export interface Gong extends AsyncDisposable {
  readonly url: string
  readonly rung: readonly { readonly headers: IncomingHttpHeaders; readonly visitor: string }[]
}

export async function startGong(): Promise<Gong> {
  const rung: { headers: IncomingHttpHeaders; visitor: string }[] = []
  const server = createServer((request, response) => {
    void buffer(request).then((body) => {
      const { visitor } = JSON.parse(body.toString()) as { visitor: { name: string } }
      rung.push({ headers: request.headers, visitor: visitor.name })
      response.end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    rung,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
