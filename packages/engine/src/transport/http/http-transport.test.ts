import http from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { transportSuite, type ReceivedRequest } from '../conformance/suite.ts'
import { httpTransport } from './http-transport.ts'

transportSuite('http', {
  async open({ allowReceiver }) {
    const received: ReceivedRequest[] = []
    const unanswered: http.ServerResponse[] = []
    let behaviour = 'accept'
    let onReceived = (): void => {}
    const server = http.createServer((request, response) => void answer(request, response))
    const answer = async (request: http.IncomingMessage, response: http.ServerResponse): Promise<void> => {
      const body = Buffer.concat(await request.toArray())
      const lines = request.rawHeaders
      const headers = lines.flatMap((name, i) => (i % 2 === 0 ? [[name, lines[i + 1]!] as const] : []))
      received.push({ body, headers })
      if (behaviour === 'accept') response.end('ok')
      else unanswered.push(response)
      onReceived()
    }
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')

    return {
      transport: httpTransport({ allowPrivate: allowReceiver ? ['127.0.0.0/8'] : [] }),
      // The port of the discard protocol, where nothing listens.
      absentUrl: 'http://127.0.0.1:9/hook',
      receiver: {
        url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
        received,
        behave(wanted) {
          behaviour = wanted
          if (wanted === 'accept') for (const response of unanswered.splice(0)) response.end('ok')
        },
        waitFor: (count) =>
          new Promise((resolve) => {
            onReceived = () => {
              if (received.length >= count) resolve()
            }
            onReceived()
          }),
      },
      async close() {
        server.closeAllConnections()
        server.close()
        await once(server, 'close')
      },
    }
  },
})
