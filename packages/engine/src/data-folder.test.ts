import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { openDataFolder } from './data-folder.ts'
import { systemRandom } from './ids.ts'

const randomBytes = (count: number): Uint8Array => systemRandom.bytes(count)
const key = Buffer.alloc(32, 7).toString('base64')
let root: string

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'posthorn-test-'))
})

afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(root, { recursive: true, force: true })
})

describe('the data folder', () => {
  test('is made, with the folders above it, for its owner only', () => {
    const path = join(root, 'a', 'b')
    expect(openDataFolder({ database: `sqlite:${path}` }, randomBytes).path).toBe(path)
    expect(statSync(path).mode & 0o777).toBe(0o700)
  })

  test('may be there already, and stays when it is closed', () => {
    writeFileSync(join(root, 'mine.txt'), 'mine')
    openDataFolder({ database: `sqlite:${root}` }, randomBytes).close()
    expect(readFileSync(join(root, 'mine.txt'), 'utf8')).toBe('mine')
  })

  test('of sqlite::memory: is a temporary one, and goes when it is closed', () => {
    const folder = openDataFolder({ database: 'sqlite::memory:' }, randomBytes)
    writeFileSync(join(folder.path, 'queue.db'), '')
    expect(existsSync(folder.path)).toBe(true)
    folder.close()
    expect(existsSync(folder.path)).toBe(false)
  })

  test.each(['', 'sqlite', 'sqlite:', 'sqlite: ', './folder', 'postgres://localhost/x', 'SQLITE:./x'])(
    '%j is not the address of a database',
    (database) => {
      expect(() => openDataFolder({ database }, randomBytes)).toThrow(
        expect.objectContaining({ code: 'invalid', field: 'database' }),
      )
    },
  )

  test.each([
    ['below /proc', '/proc/x'],
    ['deep below /proc', '/proc/x/y/z'],
    ['below /sys', '/sys/x'],
    ['below a device', '/dev/null/x'],
    ['with a name that is too long', `/tmp/${'x'.repeat(300)}`],
  ])('A7 a folder %s is refused at once, with the reason', (_, path) => {
    expect(() => openDataFolder({ database: `sqlite:${path}` }, randomBytes)).toThrow(
      expect.objectContaining({
        code: 'invalid',
        field: 'database',
        message: expect.stringMatching(/^The data folder .* cannot be created \(.+\)\. Name a folder/),
      }),
    )
  })

  test('A7 a folder below a file, or at the end of a link to nothing, is refused', () => {
    writeFileSync(join(root, 'file'), '')
    symlinkSync(join(root, 'nothing'), join(root, 'link'))
    symlinkSync(join(root, 'loop'), join(root, 'loop'))
    for (const name of ['file/a/b', 'link/a', 'loop/a']) {
      expect(() => openDataFolder({ database: `sqlite:${join(root, name)}` }, randomBytes), name).toThrow(
        expect.objectContaining({ code: 'invalid', field: 'database' }),
      )
    }
  })

  test('that is a file is refused, and the file stays', () => {
    const path = join(root, 'notes.txt')
    writeFileSync(path, 'mine')
    expect(() => openDataFolder({ database: `sqlite:${path}` }, randomBytes)).toThrow(
      expect.objectContaining({ code: 'invalid', field: 'database' }),
    )
    expect(readFileSync(path, 'utf8')).toBe('mine')
  })
})

describe('the key of a folder', () => {
  test('is the given one, which is not kept', () => {
    const folder = openDataFolder({ database: `sqlite:${root}`, secretKey: key }, randomBytes)
    expect(Buffer.from(folder.secretKey)).toEqual(Buffer.alloc(32, 7))
    expect(readdirSync(root)).toEqual([])
  })

  test('is made once when none was given, kept for its owner only, and the same at the next start', () => {
    const first = openDataFolder({ database: `sqlite:${root}` }, randomBytes)
    expect(first.secretKey.length).toBe(32)
    expect(statSync(join(root, 'secret.key')).mode & 0o777).toBe(0o600)
    const second = openDataFolder({ database: `sqlite:${root}` }, randomBytes)
    expect(second.secretKey).toEqual(first.secretKey)
  })

  test('that was kept may be one typed by hand, with a line break after it', () => {
    writeFileSync(join(root, 'secret.key'), `${key}\n`)
    expect(Buffer.from(openDataFolder({ database: `sqlite:${root}` }, randomBytes).secretKey)).toEqual(
      Buffer.alloc(32, 7),
    )
  })

  test('is another one for another folder', () => {
    const [a, b] = ['a', 'b'].map((name) => openDataFolder({ database: `sqlite:${join(root, name)}` }, randomBytes))
    expect(a?.secretKey).not.toEqual(b?.secretKey)
  })

  test('that is malformed is refused before a folder is created', () => {
    vi.stubEnv('TMPDIR', root)
    for (const database of [`sqlite:${join(root, 'new')}`, 'sqlite::memory:'])
      expect(() => openDataFolder({ database, secretKey: 'short' }, randomBytes)).toThrow(
        expect.objectContaining({ code: 'invalid', field: 'secretKey' }),
      )
    expect(readdirSync(root)).toEqual([])
  })
})
