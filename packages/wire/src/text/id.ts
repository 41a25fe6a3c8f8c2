/**
 * Ids: one number, written in the form that each vendor uses.
 *
 * The number has 48 bits of time in milliseconds and 47 random bits. As text it is a prefix and 16 base62 characters
 * (62^16 is a little more than 2^95), in ASCII order, so that the order of texts is the order of times. The same number
 * is shown as a UUID to receivers that expect one, and read back from it, so that a log can be searched by the id that
 * the receiver saw.
 */

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const digits = new Map(Array.from(alphabet, (character, value) => [character, value]))
const length = 16
/** 62^8: half an id fits a JavaScript number, so that only one step needs big integers. */
const half = 62 ** 8
const randomBits = 47n
const timeLimit = 2 ** 48
const randomLimit = 2 ** 47
/** Nearly all 16-character base62 ids of other systems are later than this, if they are read as a time. */
const year2100 = Date.UTC(2100, 0, 1)

/** The prefix of message ids. */
export const messagePrefix = 'msg_'

/** The time and the random part of an id. */
export interface IdParts {
  /** Milliseconds since 1970, below 2^48. */
  timeMs: number
  /** Below 2^47. */
  random: number
}

/**
 * A new id. Time and randomness are arguments, so that a test or a simulation gets the ids that it expects.
 *
 * @param prefix with its underscore: `msg_`, `ep_`
 * @param nowMs milliseconds since 1970
 * @param random47 a whole number below 2^47, or a function that gives one
 * @throws {RangeError} when a number does not fit
 * @example
 * newId('msg_', Date.UTC(2026, 0, 1), 42) // 'msg_0K3OcC9O39pNCR5O'
 */
export function newId(prefix: string, nowMs: number, random47: number | (() => number)): string {
  return prefix + toBase62({ timeMs: nowMs, random: typeof random47 === 'function' ? random47() : random47 })
}

/** 47 random bits from six random bytes, as `newId` takes them. */
export function random47(bytes: Uint8Array): number {
  let value = (bytes[0] ?? 0) & 0x7f
  for (let index = 1; index < 6; index++) value = value * 256 + (bytes[index] ?? 0)
  return value
}

/** Time and random bits of one of our ids, or `null` if it is not one. */
export function parseId(id: string, prefix: string = messagePrefix): IdParts | null {
  return id.startsWith(prefix) ? fromBase62(id.slice(prefix.length)) : null
}

/** The id as a UUID of version 7. An id that is not ours is returned unchanged. */
export function idToUuid(id: string, prefix: string = messagePrefix): string {
  const parts = parseId(id, prefix)
  return parts === null ? id : toUuid(parts)
}

/** The id that a UUID stands for, or the UUID itself if it is not one of ours. */
export function idFromUuid(uuid: string, prefix: string = messagePrefix): string {
  const parts = fromUuid(uuid)
  return parts === null ? uuid : prefix + toBase62(parts)
}

/** The 16 characters without the prefix. An id that is not ours is returned unchanged. */
export function idToBase62(id: string, prefix: string = messagePrefix): string {
  return parseId(id, prefix) === null ? id : id.slice(prefix.length)
}

/**
 * The id that 16 characters stand for, or the text itself if it is not one of ours. A text whose time is before the
 * year 2100 counts as ours. That is also true of about one in eighty random keys of another system, which then only
 * gets a prefix.
 */
export function idFromBase62(text: string, prefix: string = messagePrefix): string {
  const parts = fromBase62(text)
  return parts === null || parts.timeMs >= year2100 ? text : prefix + text
}

function toBase62({ timeMs, random }: IdParts): string {
  if (!Number.isInteger(timeMs) || timeMs < 0 || timeMs >= timeLimit)
    throw new RangeError(`not a time in ms: ${timeMs}`)
  if (!Number.isInteger(random) || random < 0 || random >= randomLimit) throw new RangeError(`not 47 bits: ${random}`)
  const number = (BigInt(timeMs) << randomBits) | BigInt(random)
  return printHalf(Number(number / BigInt(half))) + printHalf(Number(number % BigInt(half)))
}

function fromBase62(text: string): IdParts | null {
  if (text.length !== length) return null
  const high = readHalf(text, 0)
  const low = readHalf(text, length / 2)
  if (high === null || low === null) return null
  const number = BigInt(high) * BigInt(half) + BigInt(low)
  const timeMs = Number(number >> randomBits)
  return timeMs < timeLimit ? { timeMs, random: Number(BigInt.asUintN(47, number)) } : null
}

function printHalf(value: number): string {
  let text = ''
  for (let rest = value, index = 0; index < length / 2; index++) {
    text = alphabet.charAt(rest % 62) + text
    rest = Math.floor(rest / 62)
  }
  return text
}

function readHalf(text: string, from: number): number | null {
  let value = 0
  for (let index = from; index < from + length / 2; index++) {
    const digit = digits.get(text.charAt(index))
    if (digit === undefined) return null
    value = value * 62 + digit
  }
  return value
}

/*
 * A UUID of version 7 (RFC 9562) has 122 free bits, an id has 95. The other 27 are a checksum of the id: they tell our
 * UUIDs from anyone else's, and the UUID does not end in a row of zeros.
 *
 *   time 48 | version 4 | random 12 | variant 2 | random 35 | checksum 27
 */
function toUuid(parts: IdParts): string {
  const hex =
    parts.timeMs.toString(16).padStart(12, '0') +
    (0x7000 + Math.floor(parts.random / 2 ** 35)).toString(16) +
    ((2n << 62n) | (BigInt(parts.random % 2 ** 35) << 27n) | BigInt(checksum(parts))).toString(16)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

const uuidV7 = /^([0-9a-f]{8})-([0-9a-f]{4})-7([0-9a-f]{3})-([89ab][0-9a-f]{3})-([0-9a-f]{12})$/i

function fromUuid(uuid: string): IdParts | null {
  const match = uuidV7.exec(uuid)
  if (match === null) return null
  const [, time1 = '', time2 = '', random1 = '', low1 = '', low2 = ''] = match
  const low = BigInt(`0x${low1}${low2}`)
  const random = Number.parseInt(random1, 16) * 2 ** 35 + Number(BigInt.asUintN(35, low >> 27n))
  const parts = { timeMs: Number.parseInt(time1 + time2, 16), random }
  return Number(BigInt.asUintN(27, low)) === checksum(parts) ? parts : null
}

/** 27 bits that depend on all 95 (multiply and shift, as in MurmurHash3). It prevents confusion, not attacks. */
function checksum({ timeMs, random }: IdParts): number {
  let hash = 0
  for (const word of [timeMs % 2 ** 32, timeMs / 2 ** 32, random % 2 ** 32, random / 2 ** 32]) {
    hash = Math.imul(hash ^ word, 0x85ebca6b)
    hash ^= hash >>> 13
    hash = Math.imul(hash, 0xc2b2ae35)
    hash ^= hash >>> 16
  }
  return hash >>> 5
}
