import * as z from 'zod'
import { DialectName, Metadata, Milliseconds, Name, Params, Rate, Uid } from './common.ts'
import { field } from './fields/field.ts'
import type { Input, Patch, Stored } from './fields/noun.ts'

const mostFacts = 100

const Fact = z.union(
  [z.string().max(256), z.number(), z.boolean()],
  'A fact is a text of at most 256 characters, a finite number or a boolean.',
)

/** Flat, since rules ask for a fact by its name. */
const Facts = z.record(z.string().max(64), Fact).check(({ value, issues }) => {
  const names = Object.keys(value)
  if (names.length > mostFacts)
    issues.push({ code: 'custom', input: value, message: `An application has at most ${mostFacts} facts.` })
  for (const name of names)
    if (!/^[a-zA-Z][a-zA-Z0-9_]*$/.test(name))
      issues.push({
        code: 'custom',
        input: value,
        path: [name],
        message: 'The name of a fact is a letter, then up to 63 letters, digits and `_`.',
      })
})

/** One customer of the vendor: a tenant. */
export const applicationFields = {
  id: field(z.string(), { setBy: 'engine', examples: ['app_1srOrx2ZWZBpBUvZ'] }),
  org: field(z.string(), { setBy: 'engine', api: { hidden: true } }),
  uid: field(Uid.nullable(), {
    setBy: 'vendor',
    default: null,
    put: 'keep',
    description: 'Your own id for this customer, unique in the organisation and usable wherever an id is.',
    examples: ['customer-42', 'customer-43'],
  }),
  name: field(Name, {
    setBy: 'vendor',
    description: 'For people.',
    examples: ['Acme Ltd', 'Acme Inc'],
  }),
  metadata: field(Metadata, { setBy: 'vendor', default: {}, examples: [{ region: 'eu' }] }),
  rateLimit: field(Rate.nullable(), {
    setBy: 'vendor',
    default: null,
    description: 'Messages a second. Stored; not enforced yet.',
    examples: [100],
    api: { name: 'throttleRate', aliases: [{ name: 'rateLimit' }] },
  }),
  dialect: field(DialectName.nullable(), {
    setBy: 'vendor',
    default: null,
    put: 'keep',
    description:
      'The wire format of the endpoints that name none. `null`: that of the preset, and else the server default.',
    examples: ['standard'],
  }),
  preset: field(z.string().nullable(), {
    setBy: 'engine',
    default: null,
    description: 'The vendor’s system that was applied: its dialect, policy and rules hold here.',
  }),
  params: field(Params, {
    setBy: 'vendor',
    default: {},
    put: 'keep',
    description: 'Values that the dialect asks for. The nearest wins: message, endpoint, application.',
    examples: [{ accountId: '4567' }],
  }),
  facts: field(Facts, {
    setBy: 'vendor',
    default: {},
    put: 'keep',
    description: 'What you say about this customer; the rules of a preset ask for it. Replaced as a whole.',
    examples: [{ enrolledDevices: 3 }],
    api: { out: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])) },
  }),
  createdAt: field(Milliseconds, { setBy: 'engine', time: true }),
  updatedAt: field(Milliseconds, { setBy: 'engine', time: true }),
}

export interface Application extends Stored<typeof applicationFields> {}
export interface ApplicationInput extends Input<typeof applicationFields> {}
export interface ApplicationPatch extends Patch<typeof applicationFields> {}

export type Facts = Application['facts']
