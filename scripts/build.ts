/**
 * Builds `dist/` of every package, so that they run under plain Node, without type stripping and without the source
 * condition. `npm run build`, or `node scripts/build.ts wire` for some of them.
 *
 * A package's `src/` becomes `dist/`; a `conformance/` beside it, which ships too, becomes `dist/conformance/`.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..')

/** A package comes after those that it imports: their declarations are read from `dist/`. */
export const packages = ['wire', 'model', 'preset', 'engine', 'api', 'server', 'cli'] as const
export type PackageName = (typeof packages)[number]

/** Tests, what only they use, and the suites that implementations of an interface pass. `wire` publishes its suite: it is not in `src`. */
const testCode = ['**/*.test.ts', 'src/**/testing/**', 'src/**/conformance/**']

/** Builds one package. `into` is the folder that becomes its `dist/`, its own when absent. Throws with the compiler's words. */
export function build(name: PackageName, into: string = join(root, 'packages', name, 'dist')): void {
  const folder = join(root, 'packages', name)
  rmSync(into, { recursive: true, force: true })
  compile(folder, 'src', into, ownImports(folder))
  if (existsSync(join(folder, 'conformance'))) {
    // It imports its package by name, as those who use it do.
    compile(folder, 'conformance', join(into, 'conformance'), { [manifest(folder).name]: [join(into, 'index.d.ts')] })
  }
  if (name === 'preset') addPresets(into)
}

/** Compiles one tree of a package without its tests, and copies what the program reads beside it. */
function compile(folder: string, tree: 'src' | 'conformance', outDir: string, paths: Record<string, string[]>): void {
  const work = mkdtempSync(join(tmpdir(), 'posthorn-build-'))
  const compilerOptions = {
    rootDir: join(folder, tree),
    outDir,
    noEmit: false,
    declaration: true,
    typeRoots: [join(root, 'node_modules', '@types')],
    // Other packages are read as their users see them, from dist/.
    customConditions: [],
    paths,
  }
  try {
    const config = join(work, 'tsconfig.json')
    const include = [join(folder, tree)]
    writeFileSync(
      config,
      JSON.stringify({
        extends: join(root, 'tsconfig.json'),
        compilerOptions,
        include,
        exclude: testCode.map((pattern) => join(folder, pattern)),
      }),
    )
    const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
    const { status, stdout, stderr } = spawnSync(process.execPath, [compiler, '-p', config], {
      cwd: root,
      encoding: 'utf8',
    })
    if (status !== 0) throw new Error(`${folder} does not compile:\n${stdout}${stderr}`)
  } finally {
    rmSync(work, { recursive: true })
  }
  copy(join(folder, tree), outDir, (file) => /\.(d\.ts|sql|json)$/.test(file))
}

interface Manifest {
  readonly name: string
  readonly imports?: Readonly<Record<string, unknown>>
}

function manifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
}

/** What a package imports from itself (`#crypto`) is read from its sources: the first path of each that is below src/. */
function ownImports(folder: string): Record<string, string[]> {
  const entries = Object.entries(manifest(folder).imports ?? {}).map(([name, target]) => {
    const [, path = ''] = /"(\.\/src\/[^"]+)"/.exec(JSON.stringify(target)) ?? []
    return [name, [join(folder, path)]]
  })
  return Object.fromEntries(entries) as Record<string, string[]>
}

/** What is published has its presets beside the code that reads them. */
function addPresets(into: string): void {
  copy(join(root, 'presets'), join(into, 'data'), (file) => file.endsWith('.json'))
}

function copy(from: string, to: string, wanted: (file: string) => boolean): void {
  for (const entry of readdirSync(from, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !wanted(entry.name)) continue
    const source = join(entry.parentPath, entry.name)
    const target = join(to, source.slice(from.length))
    mkdirSync(dirname(target), { recursive: true })
    cpSync(source, target)
  }
}

if (import.meta.main) {
  const named = process.argv.slice(2)
  const unknown = named.filter((name) => !packages.some((known) => known === name))
  if (unknown.length > 0) {
    console.error(`There is no package ${unknown.join(', ')}. Known: ${packages.join(', ')}`)
    process.exit(2)
  }
  for (const name of packages) {
    if (named.length > 0 && !named.includes(name)) continue
    const startedAt = performance.now()
    build(name)
    console.log(`${name} ${Math.round(performance.now() - startedAt)} ms`)
  }
}
