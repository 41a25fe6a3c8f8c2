import * as z from 'zod'
import { EventTypeName, JsonObject, JsonObjectText, Milliseconds, once, Platforms } from './common.ts'
import { field } from './fields/field.ts'
import type { Input, Patch, Stored } from './fields/noun.ts'

const FeatureFlag = z.string().min(1).max(256)

/** A named kind of event. */
export const eventTypeFields = {
  org: field(z.string(), { setBy: 'engine', description: 'Its organisation.', api: { hidden: true } }),
  name: field(EventTypeName, {
    setBy: 'vendor',
    fixed: true,
    description: 'The name: letters, digits, `-`, `_` and `.`. It cannot be changed.',
    examples: ['device.enrolled'],
  }),
  title: field(z.string().max(256), {
    setBy: 'vendor',
    default: '',
    description: 'A name for people.',
    examples: ['Device Enrolled'],
  }),
  category: field(z.string().max(256).nullable(), {
    setBy: 'vendor',
    default: null,
    description: 'The group of event types that it is listed in.',
    examples: ['Devices'],
  }),
  description: field(z.string().max(8192), {
    setBy: 'vendor',
    default: '',
    description: 'When the event happens, for people.',
    examples: ['A device was enrolled.'],
  }),
  platforms: field(Platforms.nullable(), {
    setBy: 'vendor',
    default: null,
    store: once,
    description:
      'The platforms on which the event exists. A message of another platform is refused. `null` is every platform.',
    examples: [['Android', 'iOS']],
  }),
  /** Stored as JSON text. */
  sample: field(JsonObjectText.nullable(), {
    setBy: 'vendor',
    default: null,
    description: 'An example of a payload.',
    examples: ['{"deviceId":4567}'],
    api: {
      in: JsonObject.nullable(),
      read: (given: object | null) => given && JSON.stringify(given),
      out: JsonObject.nullable(),
      show: (stored: string | null) => (stored === null ? null : (JSON.parse(stored) as object)),
    },
  }),
  archived: field(z.boolean(), {
    setBy: 'vendor',
    default: false,
    description: 'It is left out of lists. A POST with its name restores it.',
    examples: [true],
  }),
  deprecated: field(z.boolean(), {
    setBy: 'vendor',
    default: false,
    description: 'Customers should not use it any more. It is still delivered.',
    examples: [true],
  }),
  schemas: field(JsonObject.nullable(), {
    setBy: 'vendor',
    default: null,
    description: 'JSON schemas of the payload by version: `{"1": {...}}`.',
    examples: [{ 1: { type: 'object' } }],
  }),
  groupName: field(z.string().max(256).nullable(), {
    setBy: 'vendor',
    default: null,
    description: 'The group in which clients of Svix show it.',
    examples: ['inventory'],
  }),
  featureFlags: field(z.array(FeatureFlag).nullable(), {
    setBy: 'vendor',
    default: null,
    store: once,
    description:
      'Names of feature flags. A token of an application sees the event type if its claim `feature_flags` has one of them. `null` or `[]`: every token sees it.',
    examples: [['beta'], ['beta', 'trial']],
    api: {
      aliases: [
        {
          name: 'featureFlag',
          type: FeatureFlag.nullable(),
          read: (flag: string | null) => flag && [flag],
          show: (flags: readonly string[] | null) => flags?.[0] ?? null,
        },
      ],
    },
  }),
  createdAt: field(Milliseconds, { setBy: 'engine', time: true, description: 'When it was created.' }),
  updatedAt: field(Milliseconds, { setBy: 'engine', time: true, description: 'When it was last changed.' }),
}

export interface EventType extends Stored<typeof eventTypeFields> {}
export interface EventTypeInput extends Input<typeof eventTypeFields> {}
export interface EventTypePatch extends Patch<typeof eventTypeFields> {}
