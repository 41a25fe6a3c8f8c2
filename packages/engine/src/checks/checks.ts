import { isTransportHeader, scan, type CompiledDialect } from '@posthorn/wire'
import type { EndpointInput } from '@posthorn/model'
import { EngineError } from '../errors.ts'
import { compileFilter, FilterError, type Preset } from '@posthorn/preset'
import type { Facts } from '../model.ts'
import { mostOverlapSeconds } from '../directory/rotation.ts'

/**
 * What may be configured, as pure checks: each throws an `EngineError` that says what, why and what to do. They run before
 * anything is written, so that a wrong value is an answer to who typed it and never a delivery that cannot be sent.
 */

const typeName = /^[a-zA-Z0-9\-_.]{1,256}$/
const uidText = /^[a-zA-Z0-9\-_.]{1,256}$/
const headerName = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,128}$/
const headerText = /^[\x20-\x7e]*$/
const maxHeaderBytes = 8192

/** Headers that belong to the connection, to the body, or to every dialect of Standard Webhooks. */
function isReservedHeader(lower: string): boolean {
  return isTransportHeader(lower) || /^(?:user-agent$|accept-encoding$|webhook-|svix-)/.test(lower)
}

function invalid(field: string, message: string): EngineError {
  return new EngineError('invalid', message, { field })
}

export function checkEventTypeName(name: string, field = 'eventType'): void {
  if (!typeName.test(name))
    throw invalid(
      field,
      `${JSON.stringify(name.slice(0, 80))} is no event type: use 1 to 256 letters, digits, -, _ and dots.`,
    )
}

export function checkEventId(id: string): void {
  if (!/^[\x21-\x7e]{1,256}$/.test(id))
    throw invalid('eventId', 'An eventId has 1 to 256 printable ASCII characters without spaces.')
}

export function checkUid(uid: string): void {
  if (!uidText.test(uid)) throw invalid('uid', 'A uid has 1 to 256 letters, digits, -, _ and dots.')
  if (/^(app|ep|msg|atmpt|audit)_/.test(uid))
    throw invalid(
      'uid',
      'A uid must not begin like one of our own ids (app_, ep_, msg_, atmpt_, audit_): the two could be confused.',
    )
}

export function checkName(name: string): void {
  if (name.trim() === '' || name.length > 256) throw invalid('name', 'A name has 1 to 256 characters.')
}

export function checkMetadata(metadata: Readonly<Record<string, string>>): void {
  if (JSON.stringify(metadata).length > 4096)
    throw invalid('metadata', 'Metadata has at most 4,096 characters as JSON.')
}

export function checkParams(params: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(params)) {
    if (!/^[a-zA-Z][a-zA-Z0-9_-]{0,63}$/.test(name))
      throw invalid(
        `params.${name.slice(0, 64)}`,
        'The name of a param is a letter, then up to 63 letters, digits, _ and -.',
      )
    if (value.length > 1024) throw invalid(`params.${name}`, 'The value of a param has at most 1,024 characters.')
  }
}

export function checkChannels(channels: readonly string[], most: number): void {
  if (channels.length > most) throw invalid('channels', `At most ${most} channels.`)
  for (const channel of channels)
    if (!/^[a-zA-Z0-9\-_.:]{1,128}$/.test(channel))
      throw invalid('channels', 'A channel has 1 to 128 letters, digits, -, _, dots and colons.')
}

export function checkPlatformName(platform: string, field: string): void {
  if (platform.trim() === '' || platform.length > 64)
    throw invalid(field, 'The name of a platform has 1 to 64 characters.')
}

export function checkPlatforms(platforms: readonly string[], field = 'platforms'): void {
  if (platforms.length > 50) throw invalid(field, 'At most 50 platforms.')
  for (const platform of platforms) checkPlatformName(platform, field)
}

const mostFacts = 100

/** What a vendor says about a customer: flat, since rules ask for it by name. */
export function checkFacts(facts: Facts): void {
  if (Object.keys(facts).length > mostFacts) throw invalid('facts', `An application has at most ${mostFacts} facts.`)
  for (const [name, value] of Object.entries(facts)) {
    if (!/^[a-zA-Z][a-zA-Z0-9_]{0,63}$/.test(name))
      throw invalid(
        `facts.${name.slice(0, 64)}`,
        'The name of a fact is a letter, then up to 63 letters, digits and _.',
      )
    if (typeof value === 'string' && value.length > 256)
      throw invalid(`facts.${name}`, 'The value of a fact has at most 256 characters.')
    if (typeof value === 'number' && !Number.isFinite(value))
      throw invalid(`facts.${name}`, 'A number among the facts is finite.')
  }
}

/** Facts of the kind that the preset says. */
export function checkFactKinds(facts: Facts, preset: Preset | null): void {
  for (const [name, value] of Object.entries(facts)) {
    const declared = preset && Object.hasOwn(preset.rules.facts, name) ? preset.rules.facts[name] : undefined
    if (declared && typeof value !== declared.type)
      throw invalid(
        `facts.${name}`,
        `${preset?.title} knows ${name} as a ${declared.type} (${declared.description}); this is a ${typeof value}.`,
      )
  }
}

/** A filter that can be compiled, bounded in size. @throws EngineError `filter_refused` */
export function checkFilter(filter: unknown): void {
  try {
    compileFilter(filter)
  } catch (error) {
    if (!(error instanceof FilterError)) throw error
    throw new EngineError('filter_refused', error.message, { field: 'filter' })
  }
}

/** An example payload: JSON text of an object. */
export function checkSample(sample: string): void {
  const found = scan(sample)
  if (!found.ok || !/^\s*\{/.test(sample))
    throw invalid(
      'sample',
      `A sample is a JSON object${found.ok ? '' : `: ${found.reason} (character ${found.at + 1})`}.`,
    )
}

export function checkTags(tags: readonly string[]): void {
  if (tags.length > 10) throw invalid('tags', 'At most 10 tags.')
  for (const tag of tags)
    if (tag.length === 0 || tag.length > 128) throw invalid('tags', 'A tag has 1 to 128 characters.')
}

/** Header injection (H1) and reserved headers (H2) are refused at create: a throw at delivery would be a poison delivery. */
export function checkHeaders(headers: Readonly<Record<string, string>>, dialect: CompiledDialect): void {
  const seen = new Set<string>()
  for (const [name, value] of Object.entries(headers)) {
    const field = `headers.${name.slice(0, 64)}`
    const refuse = (message: string): EngineError => new EngineError('header_refused', message, { field })
    if (!headerName.test(name))
      throw refuse(
        `${JSON.stringify(name.slice(0, 64))} is no header name: use letters, digits and - (RFC 9110, 5.6.2).`,
      )
    const lower = name.toLowerCase()
    if (seen.has(lower)) throw refuse(`The header ${name} is there twice, in two spellings. Keep one.`)
    seen.add(lower)
    if (!headerText.test(value))
      throw refuse(
        `The value of the header ${name} has a line break or another character that is not printable ASCII. Take it out.`,
      )
    if (value.length > maxHeaderBytes)
      throw refuse(`The value of the header ${name} is longer than ${maxHeaderBytes} bytes.`)
    if (isReservedHeader(lower))
      throw refuse(`The header ${name} is reserved: Posthorn or the connection writes it. Use another name.`)
    if (dialect.reservedHeaders.includes(lower))
      throw refuse(`The header ${name} is reserved: the dialect ${dialect.dialect.name} writes it. Use another name.`)
  }
}

export function checkSecret(secret: string, dialect: CompiledDialect, field = 'secret'): void {
  const problem = dialect.checkSecret(secret)
  if (problem)
    throw new EngineError('secret_refused', `${problem.message}${problem.hint ? ` ${problem.hint}` : ''}`, { field })
}

export function checkOverlap(seconds: number): void {
  if (!(seconds >= 0 && seconds <= mostOverlapSeconds))
    throw invalid('overlapSeconds', 'The overlap of a rotation is 0 seconds to 7 days.')
}

/** Bounds of an endpoint's batches lie within those of its dialect. */
export function checkBatch(batch: NonNullable<EndpointInput['batch']>, { dialect }: CompiledDialect): void {
  const most = dialect.body.kind === 'json' ? dialect.body.batch : undefined
  if (!most) throw invalid('batch', `${dialect.title} sends each message in a request of its own. Leave \`batch\` out.`)
  const { maxMessages, maxWaitSeconds } = batch
  if (maxMessages != null && !(Number.isInteger(maxMessages) && maxMessages >= 1 && maxMessages <= most.maxMessages))
    throw invalid('batch.maxMessages', `A batch of ${dialect.title} has 1 to ${most.maxMessages} messages.`)
  if (maxWaitSeconds != null && !(maxWaitSeconds >= 0.1 && maxWaitSeconds * 1000 <= most.maxWaitMs))
    throw invalid(
      'batch.maxWaitSeconds',
      `The first message of a batch of ${dialect.title} waits 0.1 to ${most.maxWaitMs / 1000} seconds.`,
    )
}
