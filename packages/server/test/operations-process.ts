import { readSettings, startServer } from '../src/index.ts'

// A server in a process of its own, so that its memory can be measured. It sends its address to its parent and, when asked, the
// most memory that it has used. It ends when its parent disconnects.

const silent = { debug: nothing, info: nothing, warn: nothing, error: nothing }
const server = await startServer({ settings: readSettings(process.env), log: silent })
let peakBytes = 0
setInterval(() => (peakBytes = Math.max(peakBytes, process.memoryUsage.rss())), 5)
process.on('message', () => process.send!({ peakBytes }))
process.on('disconnect', () => process.exit(0))
process.send!({ url: server.url })

function nothing(): void {}
