import type { Preset } from '@posthorn/preset'
import { nearestWord } from '@posthorn/wire'
import { readJsonObject } from '../command/input.ts'
import { CliError } from '../process/cli-error.ts'
import type { Io } from '../process/io.ts'
import { assign, parseAssignment } from './assign.ts'
import { firstOf } from './first-of.ts'
import type { PayloadOptions } from './payload-options.ts'

export interface SamplePayload {
  readonly payload: string
  /** Example values of an application that sends this. */
  readonly appParams: Readonly<Record<string, string>>
  /** Example values of the message; empty when its payload was given. */
  readonly messageParams: Readonly<Record<string, string>>
}

/**
 * The payload for an event: the given one, or the sample of a preset, with the `--set` values in it. A given text that is
 * not changed stays as it is, byte for byte.
 */
export async function samplePayload(
  event: string,
  presets: readonly Preset[],
  options: PayloadOptions,
  io: Io,
): Promise<SamplePayload> {
  const { payload: given, set: assignments = [] } = options
  const known = presets.flatMap((preset) => preset.eventTypes.map((type) => ({ preset, type })))
  const found = known.find(({ type }) => type.name === event)
  const appParams = (found?.preset ?? presets[0])?.params ?? {}
  if (given !== undefined) {
    const text = await readJsonObject(given, io)
    const payload = assignments.length === 0 ? text : set(JSON.parse(text) as Record<string, unknown>, assignments)
    return { payload, appParams, messageParams: {} }
  }
  const sample = found?.type.sample
  if (!sample)
    throw noSample(
      event,
      found?.preset.name,
      known.flatMap(({ type }) => (type.sample === null ? [] : [type.name])),
    )
  return { payload: set(sample, assignments), appParams, messageParams: found?.type.params ?? {} }
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
