import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { open } from '@posthorn/engine'
import { workload, type Contender } from './contender.ts'

const org = 'org_bench'

/** Posthorn as a library: every acknowledgement is an fsync. The data lies in the working directory, on a real disk. */
export async function posthorn(receiver: string, path: string): Promise<Contender> {
  const folder = mkdtempSync(join(process.cwd(), '.bench-'))
  const engine = await open({ database: `sqlite:${folder}`, allowPrivate: ['127.0.0.0/8'] })
  const app = await engine.applications.create(org, { name: 'bench' })
  for (let index = 0; index < workload.endpointsPerMessage; index++)
    await engine.endpoints.create(org, app.id, { url: `${receiver}${path}/${index}` })
  return {
    async send(payload) {
      await engine.send(org, app.id, { eventType: 'bench.event', payload })
    },
    settled: () => engine.idle(),
    async close() {
      await engine.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
