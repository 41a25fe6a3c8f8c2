import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { verifySync } from '@posthorn/wire'

test('the library example sends a webhook that verifies, and does so again after a restart', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'posthorn-example-'))
  const requests: { headers: Record<string, string | string[] | undefined>; body: Buffer }[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      requests.push({ headers: request.headers, body: Buffer.concat(chunks) })
      response.end()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`
  try {
    const first = await run(url, join(folder, 'webhooks'))
    const second = await run(url, join(folder, 'webhooks'))
    for (const { output, code } of [first, second]) {
      expect(output).toContain('invoice.paid success 200')
      expect(code).toBe(0)
    }
    const secret = /^secret (\S+)$/m.exec(second.output)?.[1] ?? ''
    expect(requests).toHaveLength(2)
    for (const request of requests)
      expect(verifySync({ method: 'POST', url, ...request }, { dialect: 'standard', secret })).toMatchObject({
        ok: true,
      })
  } finally {
    server.close()
    rmSync(folder, { recursive: true, force: true })
  }
})

async function run(url: string, folder: string): Promise<{ output: string; code: number | null }> {
  const program = new URL('./invoices.ts', import.meta.url).pathname
  const args = ['--conditions=posthorn-source', '--no-warnings', program, url, folder, '127.0.0.0/8']
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const [code] = (await once(child, 'close')) as [number | null]
  return { output, code }
}
