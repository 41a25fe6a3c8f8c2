import { expect, test } from 'vitest'
import { readEvents, type StreamItem } from './events.ts'

async function* chunks(...parts: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* parts
}

async function read(...parts: readonly (string | Uint8Array)[]): Promise<StreamItem[]> {
  const items: StreamItem[] = []
  for await (const item of readEvents(chunks(...parts.map((part) => Buffer.from(part))))) items.push(item)
  return items
}

const event = (data: string, more: { event?: string; id?: string } = {}) => ({
  kind: 'event',
  event: 'message',
  id: '',
  data,
  ...more,
})

const stream = [
  'retry: 2000\n: the log begins here\n\n',
  'event: attempt\nid: atmpt_1\ndata: {"url":"https://bücher.example/✓"}\n\n',
  ': still here\n\n',
  'data: one\r\ndata:two\r\ndata:  three\r\n\r\n',
  'data\rdata: after a line without a value\r\r',
  'unknown: field\nid: atmpt_2\n\n',
  'data: 𝄞\n\n',
].join('')

const said = [
  { kind: 'retry', ms: 2000 },
  { kind: 'comment', text: 'the log begins here' },
  event('{"url":"https://bücher.example/✓"}', { event: 'attempt', id: 'atmpt_1' }),
  { kind: 'comment', text: 'still here' },
  event('one\ntwo\n three', { id: 'atmpt_1' }),
  event('\nafter a line without a value', { id: 'atmpt_1' }),
  event('𝄞', { id: 'atmpt_2' }),
]

test('reads events, comments and the time to wait', async () => {
  expect(await read(stream)).toEqual(said)
})

test('reads the same, wherever the stream is cut in two', async () => {
  const bytes = Buffer.from(stream)
  for (let at = 0; at <= bytes.length; at++) {
    expect(await read(bytes.subarray(0, at), bytes.subarray(at)), `cut at byte ${at}`).toEqual(said)
  }
})

test('reads the same, byte by byte', async () => {
  expect(await read(...[...Buffer.from(stream)].map((byte) => Uint8Array.of(byte)))).toEqual(said)
})

test('drops an incomplete event at the end', async () => {
  expect(await read('data: whole\n\ndata: half\n')).toEqual([event('whole')])
  expect(await read('data: whole\n\ndata: ha')).toEqual([event('whole')])
})

test('ignores a byte order mark, an id with a zero byte and a wait that is not a number', async () => {
  expect(await read('\ufeffid: a\0b\nretry: soon\ndata: x\n\n')).toEqual([event('x')])
})

test('an event without data is ignored', async () => {
  expect(await read('event: attempt\n\ndata: x\n\n')).toEqual([event('x')])
})

test('refuses an event without an end', async () => {
  await expect(read(`data: ${'x'.repeat(1_100_000)}`)).rejects.toThrow(/longer than a megabyte/)
  await expect(read('data: x\n'.repeat(600_000))).rejects.toThrow(/longer than a megabyte/)
})

test('reports each chunk of bytes, before they are an event too', async () => {
  let told = 0
  const parts = ['data: o', 'ne\n', '\n', ': still here\n\n'].map((part) => Buffer.from(part))
  const seen: number[] = []
  for await (const { kind } of readEvents(chunks(...parts), () => told++)) if (kind !== 'retry') seen.push(told)
  expect(seen).toEqual([3, 4])
})
