import type { Endpoint } from './model.ts'

/** What matching looks at; pure, so that a dry run and an accept cannot differ. */
export interface Matchable {
  readonly eventType: string
  readonly channels: readonly string[] | null
}

/**
 * Whether an endpoint is subscribed to a message. An endpoint without event types takes all of them. One with channels
 * takes only messages that carry one of these; one without channels takes every message.
 */
export function matches(endpoint: Endpoint, message: Matchable): boolean {
  if (endpoint.disabled) return false
  if (endpoint.eventTypes && !endpoint.eventTypes.includes(message.eventType)) return false
  if (!endpoint.channels) return true
  return message.channels?.some((channel) => endpoint.channels?.includes(channel)) ?? false
}
