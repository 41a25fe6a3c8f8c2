import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'

interface Got {
  readonly method: string
  readonly url: string
  readonly headers: [name: string, value: string][]
  readonly body: Buffer
}

export interface LocalReceiver extends AsyncDisposable {
  readonly url: string
  readonly got: Got[]
}

/** A real receiver on this machine that keeps what comes and answers what it is told. */
export async function localReceiver(answer: { status?: number; body?: string } = {}): Promise<LocalReceiver> {
  const got: Got[] = []
  const server = createServer((request, response) => {
    void buffer(request).then((body) => {
      got.push({ method: request.method ?? '', url: request.url ?? '', headers: pairs(request), body })
      response.writeHead(answer.status ?? 200).end(answer.body)
    })
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    got,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => {
        server.close(resolve)
      })
    },
  }
}

function pairs({ rawHeaders: raw }: IncomingMessage): [name: string, value: string][] {
  return raw.flatMap((name, index) =>
    index % 2 === 0 ? [[name, raw[index + 1] ?? ''] satisfies [string, string]] : [],
  )
}
