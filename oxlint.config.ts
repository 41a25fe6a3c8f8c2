import { defineConfig } from 'oxlint'

/** Our packages, with those that each may import. */
const packages: Readonly<Record<string, readonly string[]>> = {
  wire: [],
  model: ['wire'],
  preset: ['wire', 'model'],
  engine: ['wire', 'model', 'preset'],
  api: ['wire', 'model'],
  server: ['wire', 'model', 'preset', 'engine', 'api'],
  cli: ['wire', 'model', 'preset', 'api', 'server'],
}

/**
 * The folders of the engine, from the bottom to the top. A folder imports those before it, and none after it. Files that lie in
 * `src` itself are for all, except `open.ts` and `index.ts`, which stand above everything.
 */
const engineFolders = [
  'transport',
  'store',
  'directory',
  'checks',
  'log',
  'encoding',
  'schedule',
  'health',
  'pipeline',
  'operations',
  'recovery',
  'retention',
  'resources',
  'calls',
]

/** The same for wire: what a definition means stands below what is done with it. */
const wireFolders = [
  'text',
  'json',
  'crypto',
  'definition',
  'dialects',
  'lens',
  'compile',
  'sign',
  'verify',
  'snippets',
  'document',
]

const presetFolders = ['json', 'filter', 'schema', 'parse', 'load', 'documentation']

const apiFolders = ['schemas', 'routes', 'client', 'slow-route']

const cliFolders = [
  'process',
  'show',
  'server',
  'api',
  'command',
  'dialect',
  'sample',
  'log',
  'tail',
  'preset',
  'mock',
  'dev',
  'commands',
]

const serverInCli: Pattern = {
  group: ['@posthorn/server', '!@posthorn/server/settings'],
  message: 'The server is loaded by the commands that start it: see src/server/load-server.ts.',
  allowTypeImports: true,
}

/** Implementations behind an interface: `open.ts` constructs them, and the rest sees the interface. */
const implementations = ['**/sqlite/**', '**/postgres/**', '**/http/**', '**/amqp/**']

interface Pattern {
  readonly group: string[]
  readonly message: string
  readonly allowTypeImports?: boolean
}

function ownPackages(name: string): Pattern {
  const allowed = packages[name] ?? []
  return {
    group: ['@posthorn/*', ...allowed.map((other) => `!@posthorn/${other}`)],
    message: `${name} imports ${allowed.join(', ') || 'no other package of ours'}; see ARCHITECTURE.md.`,
  }
}

function restricted(files: string[], ...patterns: Pattern[]) {
  return {
    files,
    rules: { 'eslint/no-restricted-imports': ['error', { patterns }] as ['error', { patterns: Pattern[] }] },
  }
}

/** What stands above a folder, and must not be imported in it. */
function above(folders: readonly string[], folder: string): Pattern[] {
  const others = folders.slice(folders.indexOf(folder) + 1)
  if (others.length === 0) return []
  const message = `${folder}/ is below these folders: see the order in oxlint.config.ts.`
  return [{ group: others.map((other) => `**/${other}/**`), message }]
}

function engineFolder(folder: string) {
  const inside = folder === 'transport' || folder === 'store'
  return {
    ...restricted(
      [`packages/engine/src/${folder}/**`],
      ownPackages('engine'),
      { group: ['**/open.ts', '**/index.ts'], message: 'open.ts composes the parts; no part knows it.' },
      ...above(engineFolders, folder),
      ...(inside
        ? []
        : [{ group: implementations, message: 'See the interface in store/ or transport/; open.ts constructs.' }]),
    ),
    // A test may put the real parts together.
    excludeFiles: ['**/*.test.ts', '**/testing/**'],
  }
}

const wireImports: Pattern = {
  group: ['@posthorn/*', 'node:*', '!node:crypto'],
  message: 'wire imports nothing: it runs in every runtime.',
}

export default defineConfig({
  plugins: ['typescript', 'unicorn', 'oxc', 'import'],
  categories: { correctness: 'error' },
  env: { builtin: true },
  rules: {
    'import/no-cycle': ['error', { ignoreTypes: false }],
    'typescript/no-explicit-any': 'error',
    'typescript/no-floating-promises': 'error',
    'typescript/no-misused-promises': 'error',
    'typescript/no-unnecessary-type-assertion': 'error',
    'typescript/consistent-type-imports': 'error',
    'typescript/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
  },
  ignorePatterns: ['dist', '**/vectors/**'],
  overrides: [
    restricted(['packages/wire/src/**'], wireImports),
    ...wireFolders.map((folder) =>
      restricted([`packages/wire/src/${folder}/**`], wireImports, ...above(wireFolders, folder)),
    ),
    restricted(['packages/model/src/**'], ownPackages('model'), {
      group: ['node:*'],
      message: 'The client of the API runs in a browser too.',
    }),
    ...['preset', 'engine', 'api', 'server'].map((name) => restricted([`packages/${name}/src/**`], ownPackages(name))),
    ...presetFolders.map((folder) => ({
      ...restricted([`packages/preset/src/${folder}/**`], ownPackages('preset'), ...above(presetFolders, folder)),
      excludeFiles: ['**/*.test.ts'],
    })),
    ...engineFolders.map((folder) => engineFolder(folder)),
    ...apiFolders.map((folder) =>
      restricted([`packages/api/src/${folder}/**`], ownPackages('api'), ...above(apiFolders, folder)),
    ),
    restricted(['packages/cli/src/**'], ownPackages('cli'), serverInCli),
    ...cliFolders.map((folder) => ({
      ...restricted([`packages/cli/src/${folder}/**`], ownPackages('cli'), serverInCli, ...above(cliFolders, folder)),
      excludeFiles: ['**/*.test.ts'],
    })),
  ],
})
