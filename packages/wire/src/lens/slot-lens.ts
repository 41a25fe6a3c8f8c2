/** One field at one place: its text when sending, and what that text says when receiving. */
import type { EncodeInput, Field, ReceivedMessage, Slot, WireMessage } from '../dialect.ts'
import { idFromBase62, idFromUuid, idToBase62, idToUuid } from '../text/id.ts'

/** A message while it is being read. */
export type Draft = { -readonly [Key in Exclude<keyof ReceivedMessage, 'params'>]?: ReceivedMessage[Key] } & {
  params?: Record<string, string>
}

/** What belongs to one attempt. It is not known where only a body is made. */
type Sending = Pick<EncodeInput, 'sentAt' | 'attempt' | 'lastError'>

export interface SlotLens {
  readonly slot: Slot
  /** The text without the prefix. `undefined`: there is no value, or it is to be left out. */
  write(message: WireMessage, sending: Sending | null): string | undefined
  /** Puts into the draft what the text (without the prefix) says. Answers what is wrong with it, or `null`. */
  read(text: string, draft: Draft): string | null
}

/** Strict on purpose: `1e9`, `0x5`, ` 1` and milliseconds in place of seconds are refused (test G7). */
const unixSeconds = /^\d{1,12}$/
const unixMilliseconds = /^\d{1,15}$/
const isoTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/

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

function reader({ $: field, as }: Slot): SlotLens['read'] {
  switch (field) {
    case 'id':
      return (text, draft) => {
        draft.id = as === 'uuid' ? idFromUuid(text) : as === 'base62' ? idFromBase62(text) : text
        return null
      }
    case 'type':
    case 'claim':
    case 'lastError':
      return (text, draft) => {
        draft[field] = text
        return null
      }
    case 'payload':
      return (text, draft) => {
        draft.payloadText = text
        return null
      }
    case 'occurredAt':
    case 'acceptedAt':
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
        // Without a prototype: the name may be one that every object has.
        const params = (draft.params ??= Object.create(null) as Record<string, string>)
        params[name] = text
        return null
      }
    }
  }
}

export function isTimeField(field: Field): boolean {
  return field === 'occurredAt' || field === 'acceptedAt' || field === 'sentAt'
}

export function paramName(field: Field): string {
  return field.slice('param.'.length)
}

let lastSeconds = 0
let lastPrinted = '0'

/** Header and signature print the same second, and so do most requests of a busy sender. */
function printSeconds(seconds: number): string {
  if (seconds !== lastSeconds) {
    lastPrinted = String(seconds)
    lastSeconds = seconds
  }
  return lastPrinted
}

/** @param timeMs milliseconds since 1970 */
function printTime(timeMs: number, as: Slot['as']): string {
  if (as === 'unix') return printSeconds(Math.floor(timeMs / 1000))
  if (as === 'unixMs') return String(timeMs)
  const text = new Date(timeMs).toISOString()
  return as === 'iso' ? `${text.slice(0, -5)}Z` : text
}

/** Milliseconds since 1970, or `null`. Both ISO forms read each other: only their precision differs. */
export function readTime(text: string, as: Slot['as']): number | null {
  if (as === 'unix') return unixSeconds.test(text) ? Number(text) * 1000 : null
  if (as === 'unixMs') return unixMilliseconds.test(text) ? Number(text) : null
  if (!isoTime.test(text)) return null
  const time = Date.parse(text)
  return Number.isNaN(time) ? null : time
}

function wrongTime(text: string, as: Slot['as']): string {
  if (as === 'unix')
    return /^\d{13}$/.test(text) ? 'is in milliseconds, seconds are expected' : 'is not a time in seconds'
  if (as === 'unixMs') return 'is not a time in milliseconds'
  return 'is not an ISO 8601 time'
}
