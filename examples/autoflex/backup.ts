import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'

/** Longer than the half second in which an answer is still given at once. */
const collectingMs = 1000
const vehicles = 60_000
const vehiclesAtOnce = 1000

/** A file that is being made while it is read. */
export interface Backup {
  readonly file: AsyncIterable<Uint8Array>
  readonly name: string
  readonly contentType: string
}

/** What a file was, once its last byte was made. */
export interface Made {
  readonly name: string
  readonly bytes: number
  readonly sha256: string
}

/** The long process: all vehicles of an owner. `made` is told what they came to. */
export async function makeBackup(owner: string, made: (file: Made) => void): Promise<Backup> {
  await sleep(collectingMs)
  const name = `${owner}.csv`
  return { file: counted(rows(), (file) => made({ name, ...file })), name, contentType: 'text/csv; charset=utf-8' }
}

async function* counted(
  chunks: Iterable<string>,
  end: (file: Omit<Made, 'name'>) => void,
): AsyncGenerator<Uint8Array, void> {
  const hash = createHash('sha256')
  let bytes = 0
  for (const text of chunks) {
    const chunk = Buffer.from(text)
    hash.update(chunk)
    bytes += chunk.length
    yield chunk
  }
  end({ bytes, sha256: hash.digest('hex') })
}

/** Some MB of CSV, the same each time. */
function* rows(): Generator<string, void> {
  yield 'plate;make;model;tyre;tread_mm;next_service\r\n'
  for (let first = 0; first < vehicles; first += vehiclesAtOnce)
    yield Array.from({ length: vehiclesAtOnce }, (_, index) => row(first + index)).join('')
}

function row(index: number): string {
  const plate = `${letters(index)}-${String(index % 1000).padStart(3, '0')}-${letters(index * 7)}`
  const [make, model, tyre] = models[index % models.length]!
  const month = String((index % 12) + 1).padStart(2, '0')
  return `${plate};${make};${model};${tyre};${(1.6 + (index % 64) / 10).toFixed(1)};2026-${month}-15\r\n`
}

const models = [
  ['Volvo', 'V60', '235/45 R18'],
  ['Škoda', 'Octavia', '205/55 R16'],
  ['Citroën', 'Berlingo', '205/60 R16'],
  ['Toyota', 'Yaris', '185/60 R15'],
] as const

function letters(index: number): string {
  return String.fromCharCode(65 + (Math.floor(index / 26) % 26), 65 + (index % 26))
}
