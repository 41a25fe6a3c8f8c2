/** ARCHITECTURE.md, held against the code: the way of a message, and a sentence for every folder. */
import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'

const root = resolve(import.meta.dirname, '..')
const page = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8')

function section(title: string): string {
  const [, text = ''] = page.split(`\n## ${title}\n`)
  return text.split('\n## ')[0]!
}

describe('the way of a message', () => {
  const text = section('One message, file by file')
  const named = [...text.matchAll(/\]\((packages\/[^)]+\.ts)\)/g)].map(([, file]) => file!)

  test('each file is named once', () => {
    expect(named.filter((file, index) => named.indexOf(file) !== index)).toEqual([])
  })

  test('every file on it is named, and no other', async () => {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--conditions=posthorn-source', join(import.meta.dirname, 'walk/program.ts')],
      { cwd: root },
    )
    const ran = JSON.parse(stdout) as string[]
    expect(ran.filter((file) => !named.includes(file))).toEqual([])
    expect(named.filter((file) => !ran.includes(file))).toEqual([])
  })

  test('the steps are numbered, and the line where a signature is made is where it says', () => {
    const steps = [...text.matchAll(/^\| (\d+) \|/gm)].map(([, number]) => Number(number))
    expect(steps).toEqual(steps.map((_, index) => index + 1))
    expect(readFileSync(join(root, 'packages/wire/src/crypto/node.ts'), 'utf8')).toMatch(
      /function signSync\(.*\n.*\n.*\n.*\n.*hmac\(/,
    )
  })
})

describe('the folders', () => {
  const trees = ['bench', 'scripts', 'test', 'examples', 'docs', 'packages']
  const named = new Set([...page.matchAll(/`([\w./-]+)\/`/g)].map(([, folder]) => folder!))

  function foldersBelow(folder: string): string[] {
    const below = readdirSync(join(root, folder), { withFileTypes: true })
    const names = below.filter((entry) => entry.isDirectory() && !/^(node_modules|dist|\.)/.test(entry.name))
    return names.flatMap(({ name }) => [`${folder}/${name}`, ...foldersBelow(`${folder}/${name}`)])
  }

  test('each folder of the sources has a sentence', () => {
    const all = trees.flatMap(foldersBelow)
    const sources = all.filter(
      (folder) => /^packages\/\w+\/src\//.test(folder) || /^(bench|scripts|test)\/[^/]+$/.test(folder),
    )
    const missing = sources.filter((folder) => {
      const parts = folder.split('/')
      return !parts.some((_, index) => named.has(parts.slice(index).join('/')))
    })
    expect(sources.length).toBeGreaterThan(50)
    expect(missing).toEqual([])
  })
})
