import type { Endpoint } from '@posthorn/model'
import { EngineError } from '../../errors.ts'

/** The event types of an endpoint with one more; `null`: it gets this one already. */
export function subscribed({ eventTypes }: Endpoint, name: string): string[] | null {
  return eventTypes === null || eventTypes.includes(name) ? null : [...eventTypes, name]
}

/**
 * The event types of an endpoint without one; `null`: it does not get this one.
 *
 * @param namesAll everything is subscribed by name, so an empty list is none. Elsewhere it would be every event type.
 * @throws EngineError `conflict` where the rest cannot be written as a list
 */
export function unsubscribed({ id, eventTypes }: Endpoint, name: string, namesAll: boolean): string[] | null {
  if (eventTypes === null)
    throw new EngineError(
      'conflict',
      `The endpoint ${id} gets every event type, also those that are created later, so one of them cannot be taken away. Set \`eventTypes\` to those that it shall get.`,
    )
  if (!eventTypes.includes(name)) return null
  const rest = eventTypes.filter((type) => type !== name)
  if (rest.length > 0 || namesAll) return rest
  throw new EngineError(
    'conflict',
    `${name} is the only event type of the endpoint ${id}, and without one it would get every event type. Switch the endpoint off, or subscribe it to another event type first.`,
  )
}
