import { defineConfig } from 'vitest/config'

export default defineConfig({
  resolve: { conditions: ['posthorn-source'] },
  ssr: { resolve: { conditions: ['posthorn-source'], externalConditions: ['posthorn-source'] } },
  test: {
    include: ['packages/*/{src,test,conformance,sim}/**/*.test.ts', 'test/**/*.test.ts', 'examples/**/*.test.ts'],
    execArgv: ['--conditions=posthorn-source', '--disable-proto=throw'],
    testTimeout: 30_000,
  },
})
