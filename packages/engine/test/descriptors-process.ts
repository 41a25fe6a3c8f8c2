/** An engine in a process of its own that uses up its descriptors, sends, waits, and gets some back. Prints what it saw. */
import { closeSync, openSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { open } from '../src/index.ts'

const url = process.argv[2]!
const org = 'org_test'

/** Opens files until the system gives no more. */
function useUp(): number[] {
  const files: number[] = []
  try {
    for (;;) files.push(openSync('/dev/null', 'r'))
  } catch {
    return files
  }
}

// The engine's threads would keep the process.
const stay = setInterval(() => undefined, 1000)
const engine = await open({ database: 'sqlite::memory:', threads: false, allowPrivate: ['127.0.0.0/8'] })
await engine.applications.create(org, { uid: 'acme', name: 'Acme' })
const { id } = await engine.endpoints.create(org, 'acme', { url, retrySchedule: [] })
const files = useUp()
for (let nth = 0; nth < 5; nth++) await engine.send(org, 'acme', { eventType: 'a', payload: `{"n":${nth}}` })
while (engine.health().reasons.length === 0) await sleep(20)
const { ok, reasons } = engine.health()
// Long enough for every delivery to be tried again.
await sleep(1500)
for (const file of files) closeSync(file)
await engine.idle()
const { data } = await engine.attempts.list(org, 'acme', { endpoint: id })
const { failingSince } = await engine.endpoints.get(org, 'acme', id)
const attempts = data.map(({ result, attempt }) => `${result} ${attempt}`)
process.stdout.write(JSON.stringify({ ok, reasons, attempts, failingSince, after: engine.health().reasons }))
await engine.close()
clearInterval(stay)
