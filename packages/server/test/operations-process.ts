import { readSettings, startServer } from '../src/index.ts'

// A server in a process of its own, whose memory can be looked at. It tells its address and, when asked, how much it has used at
// most; it ends when nobody listens any more.

const silent = { debug: nothing, info: nothing, warn: nothing, error: nothing }
const server = await startServer({ settings: readSettings(process.env), log: silent })
let peakBytes = 0
setInterval(() => (peakBytes = Math.max(peakBytes, process.memoryUsage.rss())), 5)
process.on('message', () => process.send!({ peakBytes }))
process.on('disconnect', () => process.exit(0))
process.send!({ url: server.url })

function nothing(): void {}
