import * as z from 'zod'
import { EventTypeName, JsonObject, JsonObjectText, Milliseconds, Platforms } from './common.ts'
import { field } from './fields/field.ts'
import type { Input, Patch, Stored } from './fields/noun.ts'

const FeatureFlag = z.string().min(1).max(256)

/** A named kind of event. */
export const eventTypeFields = {
  org: field(z.string(), { setBy: 'engine', api: { hidden: true } }),
  name: field(EventTypeName, {
    setBy: 'vendor',
    fixed: true,
    description: 'Letters, digits, `-`, `_` and `.`. It never changes.',
    examples: ['device.enrolled'],
  }),
  title: field(z.string().max(256), {
    setBy: 'vendor',
    default: '',
    description: 'The name for people.',
    examples: ['Device Enrolled'],
  }),
  category: field(z.string().max(256).nullable(), { setBy: 'vendor', default: null, examples: ['Devices'] }),
  description: field(z.string().max(8192), {
    setBy: 'vendor',
    default: '',
    examples: ['A device was enrolled.'],
  }),
  platforms: field(Platforms.nullable(), {
    setBy: 'vendor',
    default: null,
    description: 'Where the event exists; a message that names another platform is refused. `null`: no difference.',
    examples: [['Android', 'iOS']],
  }),
  /** JSON text. */
  sample: field(JsonObjectText.nullable(), {
    setBy: 'vendor',
    default: null,
    description: 'An example payload.',
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
    description: 'Left out of lists. A POST of its name brings it back.',
    examples: [true],
  }),
  deprecated: field(z.boolean(), { setBy: 'vendor', default: false, examples: [true] }),
  schemas: field(JsonObject.nullable(), {
    setBy: 'vendor',
    default: null,
    description: 'JSON schemas by version: `{"1": {...}}`.',
    examples: [{ 1: { type: 'object' } }],
  }),
  groupName: field(z.string().max(256).nullable(), { setBy: 'vendor', default: null, examples: ['Inventory'] }),
  featureFlags: field(z.array(FeatureFlag).nullable(), {
    setBy: 'vendor',
    default: null,
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
  createdAt: field(Milliseconds, { setBy: 'engine', time: true }),
  updatedAt: field(Milliseconds, { setBy: 'engine', time: true }),
}

export interface EventType extends Stored<typeof eventTypeFields> {}
export interface EventTypeInput extends Input<typeof eventTypeFields> {}
export interface EventTypePatch extends Patch<typeof eventTypeFields> {}
