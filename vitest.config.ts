import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

// Tests do not depend on the POSTHORN_ settings of the shell that starts them. Settings of the tests themselves stay.
for (const name of Object.keys(process.env)) if (/^POSTHORN_(?!TEST_|SIM_)/.test(name)) delete process.env[name]

// A process or thread spends most of its start on stripping types and compiling. Node keeps the result in this folder: a command
// then needs 0.6 s of CPU to start instead of 1.2 s, and an engine with its three threads 0.24 s instead of 0.55 s.
process.env['NODE_COMPILE_CACHE'] ??= join(import.meta.dirname, 'node_modules/.cache/node-compile')

/** Ends a test that hangs. A busy machine does not reach it: the slowest test without a limit of its own needs half a minute. */
const hangMs = 180_000

const files = ['packages/*/{src,test,conformance,sim}/**/*.test.ts', 'test/**/*.test.ts', 'examples/**/*.test.ts']
/** Kills, many seeds, a soak, stories, other runtimes, real timeouts: `npm run test:proof`. */
const proofs = ['**/*.proof.test.ts']

export default defineConfig({
  resolve: { conditions: ['posthorn-source'] },
  ssr: { resolve: { conditions: ['posthorn-source'], externalConditions: ['posthorn-source'] } },
  test: {
    execArgv: ['--conditions=posthorn-source', '--disable-proto=throw'],
    testTimeout: hangMs,
    hookTimeout: hangMs,
    expect: { poll: { timeout: hangMs / 2, interval: 20 } },
    // One more than there are processors: tests wait for sockets, disks and clocks. Vitest itself would leave a processor free.
    maxWorkers: availableParallelism() + 1,
    projects: [
      { extends: true, test: { name: 'test', include: files, exclude: [...proofs, '**/node_modules/**'] } },
      { extends: true, test: { name: 'proof', include: proofs, exclude: ['**/node_modules/**'] } },
    ],
  },
})
