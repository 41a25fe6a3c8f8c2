import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { brotliDecompressSync } from 'node:zlib'

export interface Row {
  readonly id: string
  readonly uid?: string
  readonly [name: string]: unknown
}

/** What the older server listed before it was killed, and what it answered; see `make.ts`. */
export interface Expected {
  readonly commit: string
  readonly madeAt: number
  readonly org: string
  readonly jwtSecret: string
  /** Host and port that the addresses of the endpoints name. */
  readonly receiver: string
  readonly applications: readonly {
    readonly application: Row
    readonly endpoints: readonly { readonly endpoint: Row; readonly secret: object; readonly headers: object }[]
    readonly signingKey: object | null
    readonly messages: readonly Row[]
    readonly attempts: readonly Row[]
    readonly operations: readonly Row[]
  }[]
  readonly eventTypes: readonly Row[]
  readonly dialects: readonly Row[]
  readonly audit: readonly Row[]
  readonly kept: readonly {
    readonly path: string
    readonly body: string
    readonly key: string
    readonly status: number
    readonly text: string
  }[]
}

/** Commits that have left a data folder here. */
export const commits = readdirSync(import.meta.dirname).filter((name) => /^[0-9a-f]{7}$/.test(name))

export function expectedOf(commit: string): Expected {
  return JSON.parse(unpacked(join(import.meta.dirname, commit, 'expected.json.br')).toString('utf8')) as Expected
}

/** Puts a copy of the folder that this commit left into another folder. */
export function copyFolder(commit: string, to: string): void {
  const from = join(import.meta.dirname, commit, 'folder')
  for (const path of readdirSync(from, { recursive: true, encoding: 'utf8' })) {
    if (!statSync(join(from, path)).isFile()) continue
    const file = join(to, path.replace(/\.br$/, ''))
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, unpacked(join(from, path)), { mode: 0o600 })
  }
}

function unpacked(path: string): Buffer {
  return brotliDecompressSync(readFileSync(path))
}
