import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

// Settings of the person who runs the tests are not the tests' business. What steers the tests themselves stays.
for (const name of Object.keys(process.env)) if (/^POSTHORN_(?!TEST_|SIM_)/.test(name)) delete process.env[name]

// Most of the start of a process or thread is stripping types and compiling. Node keeps the result here: a command starts in
// 0.6 instead of 1.2 s of CPU, an engine with its three threads in 0.24 instead of 0.55.
process.env['NODE_COMPILE_CACHE'] ??= join(import.meta.dirname, 'node_modules/.cache/node-compile')

/** No test needs this long. The bound ends what hangs; a machine that is ten times slower stays below it. */
const hangMs = 180_000

const files = ['packages/*/{src,test,conformance,sim}/**/*.test.ts', 'test/**/*.test.ts', 'examples/**/*.test.ts']
/** Kills, many seeds, stories, foreign runtimes, waits that are long on purpose: `npm run test:proof`. */
const proofs = ['**/*.proof.test.ts']

export default defineConfig({
  resolve: { conditions: ['posthorn-source'] },
  ssr: { resolve: { conditions: ['posthorn-source'], externalConditions: ['posthorn-source'] } },
  test: {
    execArgv: ['--conditions=posthorn-source', '--disable-proto=throw'],
    testTimeout: hangMs,
    hookTimeout: hangMs,
    expect: { poll: { timeout: hangMs / 2, interval: 20 } },
    // Vitest leaves one processor free, which is half of two. Many tests wait for sockets and disks.
    maxWorkers: '100%',
    projects: [
      { extends: true, test: { name: 'test', include: files, exclude: [...proofs, '**/node_modules/**'] } },
      { extends: true, test: { name: 'proof', include: proofs, exclude: ['**/node_modules/**'] } },
    ],
  },
})
