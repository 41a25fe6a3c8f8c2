import { describe, expect, it } from 'vitest'
import { LineWriter, type Output } from './line-writer.ts'

type Done = Parameters<Output>[1]

/** An output that takes bytes when the test says so. */
function slowOutput() {
  const taken: Buffer[] = []
  const text = (): string => Buffer.concat(taken).toString()
  let pending: { bytes: Buffer; done: Done } | null = null
  const output: Output = (bytes, done) => {
    expect(pending, 'one write at a time').toBeNull()
    pending = { bytes, done }
  }
  const settle = (act: (bytes: Buffer, done: Done) => void): void => {
    const { bytes, done } = pending!
    pending = null
    act(bytes, done)
  }
  const fail = (code: string): void => settle((_, done) => done(Object.assign(new Error(code), { code }), 0))
  return {
    output,
    text,
    isPending: () => pending !== null,
    take: (most = Number.POSITIVE_INFINITY) =>
      settle((bytes, done) => {
        const part = bytes.subarray(0, most)
        taken.push(part)
        done(null, part.length)
      }),
    fail,
  }
}

const droppedLine = (count: number, why: string): string => `dropped ${count}: ${why}\n`

describe('A6 lines on their way to an output', () => {
  it('are written in their order, many at once while one write is out', () => {
    const slow = slowOutput()
    const writer = new LineWriter({ output: slow.output, droppedLine })
    for (const line of ['a\n', 'b\n', 'c\n']) writer.write(line)
    slow.take()
    expect(slow.text()).toBe('a\n')
    slow.take()
    expect(slow.text()).toBe('a\nb\nc\n')
    expect(slow.isPending()).toBe(false)
  })

  it('are finished when only a part was taken', () => {
    const slow = slowOutput()
    const writer = new LineWriter({ output: slow.output, droppedLine })
    writer.write('é123\n')
    writer.write('next\n')
    while (slow.isPending()) slow.take(1)
    expect(slow.text()).toBe('é123\nnext\n')
  })

  it('that find no room are dropped and counted, and a line says so when the output works again', () => {
    const slow = slowOutput()
    const writer = new LineWriter({ output: slow.output, droppedLine, maxBytes: 20 })
    for (let nth = 0; nth < 1000; nth++) writer.write(`line ${nth % 10}\n`)
    expect(writer.trouble).toBe('it is too slow')
    while (slow.isPending()) slow.take()
    expect(slow.text()).toBe('line 0\nline 1\ndropped 998: it is too slow\n')
    expect(writer.trouble).toBeNull()
    writer.write('after\n')
    slow.take()
    expect(slow.text()).toMatch(/\nafter\n$/)
  })

  it('wait while the output fails, and it is tried again', async () => {
    const slow = slowOutput()
    const writer = new LineWriter({ output: slow.output, droppedLine, maxBytes: 10, retryMs: 1 })
    writer.write('first\n')
    slow.fail('ENOSPC')
    writer.write('second\n')
    expect(writer.trouble).toBe('it failed with ENOSPC')
    await expect.poll(slow.isPending).toBe(true)
    while (slow.isPending()) slow.take()
    expect(slow.text()).toBe('first\ndropped 1: it failed with ENOSPC\n')
  })

  it('are flushed, but an output that takes nothing is not waited for', async () => {
    const slow = slowOutput()
    const writer = new LineWriter({ output: slow.output, droppedLine })
    writer.write('a\n')
    await writer.flush(1)
    const flushed = writer.flush(60_000)
    slow.take()
    await flushed
    await writer.flush(60_000)
  })
})
