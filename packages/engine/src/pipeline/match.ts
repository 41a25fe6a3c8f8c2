import { parseBounded } from '@posthorn/wire'
import type { CompiledFilter } from '@posthorn/preset'
import { messageSubject } from './subject.ts'
import type { Endpoint, FilterOver, Message } from '../model.ts'

/** What matching looks at; pure, so that a dry run and an accept cannot differ. */
export interface Matchable {
  readonly eventType: string
  readonly channels: readonly string[] | null
  readonly platform: string | null
  /** What a filter sees; made when the first filter asks for it. */
  view(over: FilterOver): unknown
}

/** An endpoint with its filter, compiled. */
export interface Subscription {
  readonly endpoint: Pick<Endpoint, 'disabled' | 'eventTypes' | 'channels' | 'platforms' | 'filterOver'>
  readonly filter: CompiledFilter | null
}

/**
 * Whether an endpoint is subscribed to a message. One without event types takes all of them. One with channels (or
 * platforms) takes only messages that carry one of these; one without takes every message. A filter comes last: it is the only part that
 * reads the payload.
 */
export function matches({ endpoint, filter }: Subscription, message: Matchable): boolean {
  if (endpoint.disabled) return false
  if (endpoint.eventTypes && !endpoint.eventTypes.includes(message.eventType)) return false
  if (endpoint.platforms && (message.platform === null || !endpoint.platforms.includes(message.platform))) return false
  if (endpoint.channels && !message.channels?.some((channel) => endpoint.channels?.includes(channel))) return false
  return filter === null || filter.matches(message.view(endpoint.filterOver))
}

/** A message as matching sees it. A payload that is not JSON matches no filter; it is refused elsewhere. */
export function matchable(message: Omit<Message, 'targets' | 'requestId'>): Matchable {
  const { eventType, channels, platform } = message
  let payload: { readonly value: unknown } | null = null
  let whole: unknown
  const parsed = (): unknown => {
    if (!payload) {
      const found = message.payload === null ? null : parseBounded(message.payload)
      payload = { value: found?.ok ? found.value : undefined }
    }
    return payload.value
  }
  return {
    eventType,
    channels,
    platform,
    view: (over) => (over === 'payload' ? parsed() : (whole ??= messageSubject({ ...message, payload: parsed() }))),
  }
}
