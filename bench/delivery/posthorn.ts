import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Engine, OpenOptions } from '@posthorn/engine'
import { applicationOf, urlsOf, workload, type Contender } from './contender.ts'

const org = 'org_bench'

/**
 * Posthorn as a library: every acknowledgement is an fsync, every outcome is recorded durably, every attempt is in the log. The data lies
 * in the working directory, on a real disk.
 */
export async function posthorn(receiver: string, open: (options: OpenOptions) => Promise<Engine>): Promise<Contender> {
  const folder = mkdtempSync(join(process.cwd(), '.bench-'))
  const engine = await open({ database: `sqlite:${folder}`, allowPrivate: ['127.0.0.0/8'] })
  const applications: string[] = []
  for (let index = 0; index < workload.applications; index++) {
    const { id } = await engine.applications.create(org, { name: `bench ${index}` })
    applications.push(id)
    for (const url of urlsOf(receiver, index)) await engine.endpoints.create(org, id, { url })
  }
  let failed = 0
  engine.on('attempt', ({ result }) => {
    if (result === 'exhausted' || result === 'quarantined') failed += 1
  })
  return {
    async send(n, payload) {
      await engine.send(org, applications[applicationOf(n)]!, { eventType: 'bench.event', payload })
    },
    settled: () => engine.idle(),
    failed: () => failed,
    otherCpuMicroseconds: () => 0,
    async close() {
      await engine.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
