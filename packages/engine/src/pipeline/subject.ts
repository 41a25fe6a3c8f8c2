/** What a filter over the whole message looks at: the five fields of Outpost's events, and what messages have here besides. */
import type { Message } from '../model.ts'

export type SubjectSource = Pick<
  Message,
  'id' | 'eventType' | 'occurredAt' | 'params' | 'channels' | 'tags' | 'platform'
> & {
  /** Parsed. */
  readonly payload: unknown
}

export interface MessageSubject {
  readonly id: string
  readonly topic: string
  /** The same as `topic`, under the name that it has here. */
  readonly type: string
  readonly time: string
  readonly metadata: Readonly<Record<string, string>>
  /** The same as `metadata`. */
  readonly params: Readonly<Record<string, string>>
  /** Empty when there are none, so that `$nin` can be asked. */
  readonly channels: readonly string[]
  readonly tags: readonly string[]
  readonly platform: string | null
  readonly data: unknown
}

export function messageSubject(source: SubjectSource): MessageSubject {
  // The names of params come from producers.
  const params: Record<string, string> = Object.assign(Object.create(null), source.params)
  return {
    id: source.id,
    topic: source.eventType,
    type: source.eventType,
    time: isoSeconds(source.occurredAt),
    metadata: params,
    params,
    channels: source.channels ?? [],
    tags: source.tags ?? [],
    platform: source.platform,
    data: source.payload,
  }
}

/**
 * Without milliseconds, because times are compared as text: `00:00:00.500Z` sorts before `00:00:00Z`, so with them the first
 * second of a range would fall out of it.
 */
function isoSeconds(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, -5)}Z`
}
