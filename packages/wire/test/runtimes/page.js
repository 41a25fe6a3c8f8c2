/** For a page and for a worker: posts what the check says to who serves it. */
import { check } from './check.js'

const body = await check().catch((error) => ({ passed: 0, failures: [String(error)], isSync: false }))
await fetch('/result', { method: 'POST', body: JSON.stringify(body) })
