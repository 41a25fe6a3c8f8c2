import * as z from 'zod'
import { DialectName, GivenParams, paramTexts, Metadata, Milliseconds, Name, Params, Rate, Uid } from './common.ts'
import { field } from './fields/field.ts'
import type { Input, Patch, Stored } from './fields/noun.ts'

const mostFacts = 100

const Fact = z.union(
  [z.string().max(256), z.number(), z.boolean()],
  'A fact is a text of at most 256 characters, a finite number or a boolean.',
)

/** Facts have no members of their own, because a rule uses a fact by its name. */
const Facts = z.record(z.string().max(64), Fact).check(checkNames)

/** Those that a PATCH changes; `null` removes one. */
const FactChanges = z.record(z.string().max(64), Fact.nullable()).check(checkNames)

function checkNames({ value, issues }: z.core.ParsePayload<Record<string, unknown>>): void {
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
}

/** One customer of the vendor: a tenant. */
export const applicationFields = {
  id: field(z.string(), { setBy: 'engine', description: 'The id.', examples: ['app_1srOrx2ZWZBpBUvZ'] }),
  org: field(z.string(), { setBy: 'engine', description: 'Its organisation.', api: { hidden: true } }),
  uid: field(Uid.nullable(), {
    setBy: 'vendor',
    default: null,
    description:
      'Your own id of this customer, unique in the organisation. It can be used in place of the id. A PUT without it takes it away, unless the address of the PUT is the uid.',
    examples: ['customer-42', 'customer-43'],
  }),
  name: field(Name, {
    setBy: 'vendor',
    description: 'A name for people.',
    examples: ['Acme Ltd', 'Acme Inc'],
  }),
  metadata: field(Metadata, {
    setBy: 'vendor',
    default: {},
    description: 'Your own values, which are stored and returned.',
    examples: [{ region: 'eu' }],
  }),
  rateLimit: field(Rate.nullable(), {
    setBy: 'vendor',
    default: null,
    description: 'Messages per second. It is stored and not enforced yet.',
    examples: [100],
    api: { name: 'throttleRate', aliases: [{ name: 'rateLimit' }] },
  }),
  dialect: field(DialectName.nullable(), {
    setBy: 'vendor',
    default: null,
    put: 'keep',
    description:
      'The wire format of endpoints that have no own dialect. With `null` it is that of the preset, then the default of the server.',
    examples: ['standard'],
  }),
  preset: field(z.string().nullable(), {
    setBy: 'engine',
    default: null,
    description: 'The preset that was applied. Its dialect, policy and rules apply to this application.',
  }),
  params: field(Params, {
    input: GivenParams,
    store: paramTexts,
    setBy: 'vendor',
    default: {},
    put: 'keep',
    description:
      'Values that the dialect requires. A value of the message overrides that of the endpoint, which overrides that of the application.',
    examples: [{ accountId: '4567' }],
  }),
  facts: field(Facts, {
    setBy: 'vendor',
    default: {},
    put: 'keep',
    patch: FactChanges.nullable(),
    description:
      'Facts about this customer, which the rules of a preset use. A PATCH sets those that it names, and `null` removes one; a PUT replaces all of them. With a preset, only the facts of the preset are taken.',
    examples: [{ enrolledDevices: 3 }],
    api: { out: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])) },
  }),
  createdAt: field(Milliseconds, { setBy: 'engine', time: true, description: 'When it was created.' }),
  updatedAt: field(Milliseconds, { setBy: 'engine', time: true, description: 'When it was last changed.' }),
}

export interface Application extends Stored<typeof applicationFields> {}
export interface ApplicationInput extends Input<typeof applicationFields> {}
export interface ApplicationPatch extends Patch<typeof applicationFields> {}

export type Facts = Application['facts']

/** Facts after a change; `null`: none are left. */
export function changedFacts(before: Facts, changes: NonNullable<ApplicationPatch['facts']> | null): Facts {
  if (changes === null) return {}
  const entries = Object.entries({ ...before, ...changes })
  return Object.fromEntries(entries.filter((entry): entry is [string, Facts[string]] => entry[1] !== null))
}
