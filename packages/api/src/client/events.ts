import { notAStream } from './error.ts'

/** One item of a stream of server-sent events. */
export type StreamItem =
  | { readonly kind: 'event'; readonly event: string; readonly data: string; readonly id: string }
  /** A line that begins with a colon. Servers send it as a heartbeat. */
  | { readonly kind: 'comment'; readonly text: string }
  /** How long to wait before the next connection. */
  | { readonly kind: 'retry'; readonly ms: number }

/** A larger event does not come from the log, but from a proxy or another program. */
const MAX_EVENT_CHARACTERS = 1_048_576

/**
 * Reads server-sent events as the HTML standard defines them (9.2.6): three kinds of line ends, and chunks that are cut
 * anywhere. An incomplete event at the end of the stream is dropped. `onBytes` is called for each chunk.
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
  /** The standard says that it stays set for the following events. */
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

/** Where a line ends and the next one begins; `null`: not in this text. A `\r` at the end of the text may be half of a `\r\n`. */
function lineEnd(text: string, from: number): { at: number; next: number } | null {
  for (let at = from; at < text.length; at++) {
    if (text[at] === '\n') return { at, next: at + 1 }
    if (text[at] !== '\r') continue
    if (at + 1 === text.length) return null
    return { at, next: text[at + 1] === '\n' ? at + 2 : at + 1 }
  }
  return null
}
