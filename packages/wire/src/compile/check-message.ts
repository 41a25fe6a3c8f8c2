/** Checks whether a message can be sent in a dialect. The engine calls it once, before it accepts the message. */
import { isParam, paramName } from '../definition/fields.ts'
import { slotsOf, type PlacedSlot } from '../definition/slots.ts'
import type { Dialect, Field, Slot, WireMessage } from '../dialect.ts'
import { WireError, type WireErrorCode } from '../errors.ts'
import { isHeaderValue } from '../text/headers.ts'
import { scan } from '../json/scan.ts'
import { latestTimeMs } from '../text/time.ts'
import type { Reading } from './compiled-dialect.ts'

/** Ids have no dot, because `id.timestamp.body` must have one meaning only (test G9). UUIDs and our own ids fit. */
const messageId = /^[A-Za-z0-9_-]{1,64}$/
const jsonNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/

/** @returns what keeps a message from being sent, or `null`; the first of several problems */
export function messageCheck(dialect: Dialect, reading: Reading): (message: WireMessage) => WireError | null {
  const slots = slotsOf(dialect)
  return (message) =>
    checkOwnFields(message) ??
    checkPayload(reading, message.payload) ??
    checkParams(dialect, message.params) ??
    checkSlots(slots, message) ??
    checkClaim(message.claim) ??
    checkDelimiters(reading, message)
}

function checkOwnFields({ id, type, occurredAt, acceptedAt, pushedAt = acceptedAt }: WireMessage): WireError | null {
  if (typeof id !== 'string' || !messageId.test(id)) {
    return new WireError('invalid_id', `${JSON.stringify(id)} cannot be the id of a message.`, {
      hint: 'Use 1 to 64 letters, digits, - and _.',
    })
  }
  if (typeof type !== 'string' || type === '' || type.length > 256 || !type.isWellFormed()) {
    return new WireError('invalid_type', `${JSON.stringify(type)} cannot be an event type.`, {
      hint: 'Use a name of 1 to 256 characters, such as invoice.paid.',
    })
  }
  return checkTime('occurredAt', occurredAt) ?? checkTime('acceptedAt', acceptedAt) ?? checkTime('pushedAt', pushedAt)
}

function checkTime(name: string, timeMs: number): WireError | null {
  if (Number.isInteger(timeMs) && timeMs >= 0 && timeMs <= latestTimeMs) return null
  return new WireError('invalid_time', `${name} is not a time in milliseconds: ${String(timeMs)}.`, {
    hint: 'Give whole milliseconds since 1970, as Date.now() does.',
  })
}

function checkParams({ title, params: declared = {} }: Dialect, params: WireMessage['params']): WireError | null {
  for (const [name, { required }] of Object.entries(declared)) {
    const value = params !== undefined && Object.hasOwn(params, name) ? params[name] : undefined
    if (value === undefined && required === true) {
      return new WireError('missing_param', `${title} needs a value for the parameter ${name}.`, {
        hint: 'Set it on the application, on the endpoint or on the message.',
      })
    }
    if (value !== undefined && (typeof value !== 'string' || !value.isWellFormed())) {
      return new WireError('invalid_param', `The parameter ${name} is not a text.`)
    }
  }
  return null
}

function checkSlots(slots: readonly PlacedSlot[], message: WireMessage): WireError | null {
  for (const { slot, where } of slots) {
    const wrong = checkSlot(slot, where === 'header', message)
    if (wrong !== null) return wrong
  }
  return null
}

function checkClaim(claim: WireMessage['claim']): WireError | null {
  if (claim === undefined || (typeof claim === 'string' && messageId.test(claim))) return null
  return new WireError('invalid_claim', 'The claim is not an id.', { hint: 'Use 1 to 64 letters, digits, - and _.' })
}

function checkPayload(reading: Reading, payload: string): WireError | null {
  if (typeof payload !== 'string') {
    return new WireError('invalid_payload', 'The payload is not a text.', {
      hint: 'Give JSON text: JSON.stringify(value).',
    })
  }
  if (!payload.isWellFormed()) {
    return new WireError('invalid_payload', 'The payload has half of a surrogate pair: it has no UTF-8 form.', {
      hint: 'Write it as an escape (\\ud83d), or repair the text that was cut in the middle of a character.',
    })
  }
  const found = scan(payload)
  if (!found.ok) {
    return new WireError(
      'invalid_payload',
      `The payload is not JSON that can be sent: ${found.reason} (character ${found.at + 1}).`,
    )
  }
  const { taken } = reading.body
  if (taken === null) return null
  if (found.kind !== 'object') {
    return new WireError(
      'invalid_payload',
      'The payload is not an object. This dialect puts the members of the payload into its envelope.',
    )
  }
  const clash = found.members.find(({ key }) => taken.has(key))
  if (clash === undefined) return null
  return new WireError(
    'payload_clash',
    `The payload has a member ${JSON.stringify(clash.key)}, which the envelope has too.`,
    {
      hint: `Rename it. The envelope uses ${[...taken].join(', ')}.`,
    },
  )
}

function checkSlot(slot: Slot, inHeader: boolean, message: WireMessage): WireError | null {
  if (slot.$ === 'claim' && message.claim === undefined && slot.omit === undefined) {
    return new WireError('missing_claim', 'The message has no claim, and this dialect sends only claims.', {
      hint: 'Complete an operation instead of sending a message.',
    })
  }
  if (slot.$ === 'type' && inHeader && !isHeaderValue(message.type)) {
    return new WireError('invalid_type', `The event type ${JSON.stringify(message.type)} cannot be sent in a header.`, {
      hint: 'Use printable ASCII characters only.',
    })
  }
  if (!isParam(slot.$)) return null
  const name = paramName(slot.$)
  const value = message.params !== undefined && Object.hasOwn(message.params, name) ? message.params[name] : undefined
  if (value === undefined) return null
  if (slot.as === 'number' && !jsonNumber.test(value)) {
    return new WireError('invalid_param', `The parameter ${name} is not a number: ${JSON.stringify(value)}.`)
  }
  if (inHeader && !isHeaderValue(value)) {
    return new WireError('invalid_param', `The parameter ${name} cannot be sent in a header.`, {
      hint: 'Use printable ASCII characters, without spaces at the ends.',
    })
  }
  return null
}

/**
 * A field that is signed in front of a delimiter must not contain it. Otherwise the same bytes could mean another
 * message (test G9).
 */
function checkDelimiters(reading: Reading, message: WireMessage): WireError | null {
  const input = { message, url: '', secrets: [], sentAt: 0, attempt: 1 }
  for (const compiled of reading.signatures) {
    for (const { field, delimiter } of compiled.fields) {
      if (delimiter === null || field === 'sentAt' || !compiled.text(field, input).includes(delimiter)) continue
      return new WireError(
        codeOf(field),
        `${field} contains ${JSON.stringify(delimiter)}, which is its delimiter in the signed text.`,
      )
    }
  }
  return null
}

function codeOf(field: Field): WireErrorCode {
  return field === 'type' || field === 'claim' || field === 'id' ? `invalid_${field}` : 'invalid_param'
}
