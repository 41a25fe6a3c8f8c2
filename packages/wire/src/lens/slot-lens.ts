/** One field at one place: its text when sending, and what that text says when receiving. */
import { paramName } from '../definition/fields.ts'
import type { EncodeInput, ReceivedMessage, Slot, WireMessage } from '../dialect.ts'
import { idFromBase62, idFromUuid, idToBase62, idToUuid } from '../text/id.ts'
import { printTime, readTime, wrongTime } from '../text/time.ts'

/** A message while it is being read. */
export type Draft = { -readonly [Key in Exclude<keyof ReceivedMessage, 'params'>]?: ReceivedMessage[Key] } & {
  params?: Record<string, string>
}

/** The fields of one attempt. They are unknown while only a body is made. */
type Sending = Pick<EncodeInput, 'sentAt' | 'attempt' | 'lastError'>

export interface SlotLens {
  readonly slot: Slot
  /** The text without the prefix. `undefined`: the field has no value, or is omitted. */
  write(message: WireMessage, sending: Sending | null): string | undefined
  /** Stores the value of the text (without the prefix) in the draft. Returns what is wrong with the text, or `null`. */
  read(text: string, draft: Draft): string | null
}

export function slotLens(slot: Slot): SlotLens {
  const write = writer(slot)
  return {
    slot,
    write:
      slot.omit === 'firstAttempt'
        ? (message, sending) => (sending && sending.attempt > 1 ? write(message, sending) : undefined)
        : write,
    read: reader(slot),
  }
}

function writer({ $: field, as }: Slot): SlotLens['write'] {
  switch (field) {
    case 'id':
      return as === 'uuid' ? ({ id }) => idToUuid(id) : as === 'base62' ? ({ id }) => idToBase62(id) : ({ id }) => id
    case 'type':
      return ({ type }) => type
    case 'payload':
      return ({ payload }) => payload
    case 'claim':
      return ({ claim }) => claim
    case 'occurredAt':
      return ({ occurredAt }) => printTime(occurredAt, as)
    case 'acceptedAt':
      return ({ acceptedAt }) => printTime(acceptedAt, as)
    case 'pushedAt':
      return ({ pushedAt, acceptedAt }) => printTime(pushedAt ?? acceptedAt, as)
    case 'sentAt':
      return (_, sending) => (sending === null ? undefined : printTime(sending.sentAt, as))
    case 'attempt':
      return (_, sending) => (sending === null ? undefined : String(sending.attempt))
    case 'lastError':
      return (_, sending) => sending?.lastError
    default: {
      const name = paramName(field)
      return ({ params }) => (params !== undefined && Object.hasOwn(params, name) ? params[name] : undefined)
    }
  }
}

/** An empty id, type or claim is none: it is left out of the draft, as one that is missing. */
function reader({ $: field, as, prefix = '' }: Slot): SlotLens['read'] {
  switch (field) {
    case 'id':
      return (text, draft) => {
        if (text === '' || text === prefix) return null
        draft.id = as === 'uuid' ? idFromUuid(text) : as === 'base62' ? idFromBase62(text) : text
        return null
      }
    case 'type':
    case 'claim':
      return (text, draft) => {
        if (text !== '') draft[field] = text
        return null
      }
    case 'lastError':
      return (text, draft) => {
        draft.lastError = text
        return null
      }
    case 'payload':
      return (text, draft) => {
        draft.payloadText = text
        return null
      }
    case 'occurredAt':
    case 'acceptedAt':
    case 'pushedAt':
    case 'sentAt':
      return (text, draft) => {
        const time = readTime(text, as)
        if (time === null) return wrongTime(text, as)
        draft[field] = time
        return null
      }
    case 'attempt':
      return (text, draft) => {
        if (!/^\d{1,9}$/.test(text)) return 'is not the number of an attempt'
        draft.attempt = Number(text)
        return null
      }
    default: {
      const name = paramName(field)
      return (text, draft) => {
        // Without a prototype, because a param may be named like a property of every object.
        const params = (draft.params ??= Object.create(null) as Record<string, string>)
        params[name] = text
        return null
      }
    }
  }
}
