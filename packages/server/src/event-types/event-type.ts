import type { EventTypeIn, EventTypeOut, EventTypePatch as PatchBody } from '@posthorn/api'
import type { EventType, EventTypeInput, EventTypePatch } from '@posthorn/engine'
import { answerOf, eventTypeFields, inputOf, patchOf, replacement } from '@posthorn/model'

export const eventTypeOut: (type: EventType) => EventTypeOut = answerOf(eventTypeFields)

export function eventTypeInput(body: EventTypeIn): EventTypeInput {
  return inputOf(eventTypeFields, body)
}

export function eventTypePatch(body: PatchBody): EventTypePatch {
  return patchOf(eventTypeFields, body)
}

/** PUT: what is left out goes back to its default. */
export function eventTypeReplacement(body: PatchBody): EventTypePatch {
  return replacement(eventTypeFields, patchOf(eventTypeFields, body))
}
