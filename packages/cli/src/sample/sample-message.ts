import { randomBytes, randomUUID } from 'node:crypto'
import type { Preset } from '@posthorn/preset'
import { nearestWord, newId, random47, type CompiledDialect, type WireMessage } from '@posthorn/wire'
import { assign, parseAssignment } from './assign.ts'
import { readPayload } from '../command/arguments.ts'
import { CliError } from '../process/errors.ts'
import type { Io } from '../process/io.ts'
import { firstOf } from './first-of.ts'

export interface PayloadOptions {
  /** JSON, `@file` or `-`; the preset's sample when absent. */
  readonly payload?: string
  /** `path=value` texts. */
  readonly set: readonly string[]
}

export interface SamplePayload {
  readonly payload: string
  /** Example values of an application that sends this. */
  readonly appParams: Readonly<Record<string, string>>
  /** Example values of the message; empty when its payload was given. */
  readonly messageParams: Readonly<Record<string, string>>
}

/**
 * The payload for an event: what was given, or the sample of a preset, with the `--set` values put in. A text that is
 * given and not changed stays as it is, byte for byte.
 */
export async function samplePayload(
  event: string,
  presets: readonly Preset[],
  options: PayloadOptions,
  io: Io,
): Promise<SamplePayload> {
  const known = presets.flatMap((preset) => preset.eventTypes.map((type) => ({ preset, type })))
  const found = known.find(({ type }) => type.name === event)
  const appParams = (found?.preset ?? presets[0])?.params ?? {}
  if (options.payload !== undefined) {
    const text = await readPayload(options.payload, io)
    const payload = options.set.length === 0 ? text : set(JSON.parse(text) as Record<string, unknown>, options.set)
    return { payload, appParams, messageParams: {} }
  }
  const sample = found?.type.sample
  if (!sample)
    throw noSample(
      event,
      found?.preset.name,
      known.flatMap(({ type }) => (type.sample === null ? [] : [type.name])),
    )
  return { payload: set(sample, options.set), appParams, messageParams: found?.type.params ?? {} }
}

function noSample(event: string, preset: string | undefined, names: readonly string[]): CliError {
  const own = `--payload '{"id": 1}' or --payload @file.json`
  if (preset !== undefined)
    return new CliError(`the preset ${preset} has no sample of "${event}".`, `Give the payload: ${own}`)
  const meant = nearestWord(event, names)
  const guess = meant === null ? '' : `Did you mean ${meant}?\n`
  const known = names.length === 0 ? '' : `Samples: ${firstOf(names, meant)}\n`
  return new CliError(
    `there is no sample of an event "${event}".`,
    `${guess}${known}For an event of your own, give its payload: ${own}`,
  )
}

function set(payload: Readonly<Record<string, unknown>>, texts: readonly string[]): string {
  return JSON.stringify(assign(payload, texts.map(parseAssignment)))
}

/** A message of now, with a fresh id; and a claim where the dialect carries one. */
export function newMessage(
  compiled: CompiledDialect,
  type: string,
  content: { payload: string; params: Readonly<Record<string, string>> },
  nowMs: number,
): WireMessage {
  return {
    id: newId('msg_', nowMs, random47(randomBytes(6))),
    type,
    payload: content.payload,
    occurredAt: nowMs,
    acceptedAt: nowMs,
    params: content.params,
    ...(carriesClaim(compiled) ? { claim: randomUUID() } : {}),
  }
}

/** Whether requests of this dialect carry the secret id of a result instead of the result. */
export function carriesClaim(compiled: CompiledDialect): boolean {
  return Object.values(compiled.dialect.request.query ?? {}).some((slot) => slot.$ === 'claim')
}
