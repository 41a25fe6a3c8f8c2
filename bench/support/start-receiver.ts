import { firstMessage, startChild } from './child.ts'
import type { Received } from './count-bodies.ts'

export interface RunningReceiver {
  readonly url: string
  /** What came since the last call. */
  report(): Promise<Received & { readonly cpuMicroseconds: number }>
  stop(): void
}

export async function startReceiver(): Promise<RunningReceiver> {
  const child = startChild(new URL('./receiver.ts', import.meta.url))
  const { port } = await firstMessage<{ port: number }>(child)
  const url = `http://127.0.0.1:${port}`
  return {
    url,
    report: async () => (await (await fetch(`${url}/report`)).json()) as Received & { cpuMicroseconds: number },
    stop: () => child.kill(),
  }
}
