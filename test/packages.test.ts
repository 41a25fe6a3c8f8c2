/** What is published: every package says what it is, under which license, where its source is and which Node it needs. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { packages as built } from '../scripts/build.ts'

const root = resolve(import.meta.dirname, '..')
const folders = readdirSync(join(root, 'packages')).filter((name) =>
  existsSync(join(root, 'packages', name, 'package.json')),
)

interface Manifest {
  readonly name: string
  readonly description?: string
  readonly keywords?: readonly string[]
  readonly license?: string
  readonly repository?: { readonly type: string; readonly directory: string }
  readonly files?: readonly string[]
  readonly engines?: { readonly node?: string }
  readonly dependencies?: Readonly<Record<string, string>>
}

function manifestOf(folder: string): Manifest {
  return JSON.parse(readFileSync(join(root, 'packages', folder, 'package.json'), 'utf8')) as Manifest
}

/** `>=24` is 24. */
function oldestNode({ engines }: Manifest): number {
  return Number(/^>=(\d+)$/.exec(engines?.node ?? '')?.[1])
}

const manifests = new Map(folders.map((folder) => [folder, manifestOf(folder)]))
const license = readFileSync(join(root, 'LICENSE'), 'utf8')

test('the build knows every package', () => expect([...built].toSorted()).toEqual(folders.toSorted()))

describe.each(folders)('packages/%s', (folder) => {
  const manifest = manifests.get(folder)!
  const read = (file: string): string => readFileSync(join(root, 'packages', folder, file), 'utf8')

  test('says what it is, for people and for a search', () => {
    expect(manifest.description).toMatch(/^.{20,200}\.$/)
    expect(manifest.keywords).toContain('webhook')
  })

  test('has the license of the project, as a word and as a file', () => {
    expect(manifest.license).toBe('Apache-2.0')
    expect(read('LICENSE')).toBe(license)
  })

  test('says where its source is', () =>
    expect(manifest.repository).toMatchObject({ type: 'git', directory: `packages/${folder}` }))

  test('publishes what was built', () => expect(manifest.files).toContain('dist'))

  test('says which Node it needs, in its manifest and in its README', () => {
    const oldest = oldestNode(manifest)
    expect(oldest).toBeGreaterThanOrEqual(20)
    expect(read('README.md')).toContain(`Node ${oldest} or newer`)
  })

  test('needs no older Node than what it depends on', () => {
    const own = folders.filter((other) => manifest.dependencies?.[manifests.get(other)!.name] !== undefined)
    const tooNew = own.filter((other) => oldestNode(manifests.get(other)!) > oldestNode(manifest))
    expect(tooNew).toEqual([])
  })

  test('begins its README with its name', () => expect(read('README.md').split('\n')[0]).toBe(`# ${manifest.name}`))
})
