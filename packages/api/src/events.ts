import { notAStream } from './client-error.ts'

/** One thing that a stream of server-sent events says. */
export type StreamItem =
  | { readonly kind: 'event'; readonly event: string; readonly data: string; readonly id: string }
  /** A line that begins with a colon: how a server shows that it is still there. */
  | { readonly kind: 'comment'; readonly text: string }
  /** How long to wait before the next connection. */
  | { readonly kind: 'retry'; readonly ms: number }

/** More than this in one event is not a log: a proxy or another program answers there. */
const MAX_EVENT_CHARACTERS = 1_048_576

/**
 * Reads server-sent events as the HTML standard has them (9.2.6), with its three line ends and wherever the chunks are
 * cut. An event that the stream ends in the middle of is not told. `onBytes` is told of whatever comes.
 */
export async function* readEvents(
  body: AsyncIterable<Uint8Array>,
  onBytes: () => void = () => undefined,
): AsyncGenerator<StreamItem> {
  const decoder = new TextDecoder()
  const parser = new EventParser()
  for await (const chunk of body) {
    onBytes()
    yield* parser.push(decoder.decode(chunk, { stream: true }))
  }
}

class EventParser {
  #rest = ''
  #event = ''
  #data: string[] = []
  #size = 0
  /** Stays for the events after it, says the standard. */
  #id = ''

  push(text: string): StreamItem[] {
    this.#rest += text
    const items: StreamItem[] = []
    let from = 0
    for (let end = lineEnd(this.#rest, from); end !== null; end = lineEnd(this.#rest, from)) {
      const item = this.#line(this.#rest.slice(from, end.at))
      if (item !== null) items.push(item)
      from = end.next
    }
    this.#rest = this.#rest.slice(from)
    this.#bound(this.#rest.length)
    return items
  }

  #line(line: string): StreamItem | null {
    if (line === '') return this.#dispatch()
    const colon = line.indexOf(':')
    const name = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '')
    if (name === '') return { kind: 'comment', text: value }
    if (name === 'retry' && /^\d{1,9}$/.test(value)) return { kind: 'retry', ms: Number(value) }
    if (name === 'event') this.#event = value
    else if (name === 'id' && !value.includes('\0')) this.#id = value
    else if (name === 'data') {
      this.#data.push(value)
      this.#size += value.length + 1
      this.#bound(this.#size)
    }
    return null
  }

  #dispatch(): StreamItem | null {
    const [event, data] = [this.#event || 'message', this.#data]
    this.#event = ''
    this.#data = []
    this.#size = 0
    return data.length === 0 ? null : { kind: 'event', event, data: data.join('\n'), id: this.#id }
  }

  #bound(size: number): void {
    if (size > MAX_EVENT_CHARACTERS) throw notAStream('One event of the stream is longer than a megabyte.')
  }
}

/** Where a line ends and the next begins; `null`: not in this text, which for a last `\r` is not decided yet. */
function lineEnd(text: string, from: number): { at: number; next: number } | null {
  for (let at = from; at < text.length; at++) {
    if (text[at] === '\n') return { at, next: at + 1 }
    if (text[at] !== '\r') continue
    if (at + 1 === text.length) return null
    return { at, next: text[at + 1] === '\n' ? at + 2 : at + 1 }
  }
  return null
}
