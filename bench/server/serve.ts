/** The whole server, in a process of its own, as `posthorn serve` starts it. */
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type * as ServerCode from '@posthorn/server'

export interface Serving {
  readonly url: string
  readonly token: string
  readonly pid: number
}

const jwtSecret = 'a secret of the benchmark, 0123456789'

process.once('message', ({ checkout }: { checkout: string }) => {
  void serve(checkout).catch((error: unknown) => {
    console.error(error)
    process.exit(1)
  })
})

async function serve(checkout: string): Promise<void> {
  const code = pathToFileURL(join(checkout, 'packages/server/src/index.ts')).href
  const { mintToken, readSettings, startServer } = (await import(code)) as typeof ServerCode
  const folder = mkdtempSync(join(process.cwd(), '.bench-'))
  const settings = readSettings({
    POSTHORN_PORT: '0',
    POSTHORN_DATABASE_URL: `sqlite:${folder}`,
    POSTHORN_JWT_SECRET: jwtSecret,
    POSTHORN_SECRET_KEY: Buffer.alloc(32, 7).toString('base64'),
    POSTHORN_ALLOW_PRIVATE: '127.0.0.0/8',
    POSTHORN_LOG_LEVEL: 'silent',
  })
  const server = await startServer({ settings })
  process.once('disconnect', () => {
    void server.close().finally(() => {
      rmSync(folder, { recursive: true, force: true })
      process.exit(0)
    })
  })
  const token = await mintToken(jwtSecret, { subject: 'org_bench' })
  process.send?.({ url: server.url, token, pid: process.pid } satisfies Serving)
  process.on('message', (message) => {
    if (message !== 'idle') return
    void server.engine.idle().then(() => process.send?.({ peakMemoryMb: process.resourceUsage().maxRSS / 1024 }))
  })
}
