import { vendorFieldsChanged, withoutVendorFields, type Application, type Endpoint, type Fields } from '@posthorn/model'
import type { CustomersMaySet, Preset } from '@posthorn/preset'
import { EngineError } from '../errors.ts'
import type { Viewer } from '../write-options.ts'

/** What a preset can leave to customers, as the fields of an endpoint and of an application. */
const grants: {
  readonly [Grant in CustomersMaySet]: { readonly [Noun in 'endpoint' | 'application']: readonly string[] }
} = {
  dialect: { endpoint: ['dialect', 'dialectVersion', 'secondary'], application: [] },
  params: { endpoint: ['params'], application: [] },
  policy: { endpoint: ['retrySchedule', 'timeoutSeconds'], application: [] },
  facts: { endpoint: [], application: ['facts'] },
}

/**
 * What a caller may set of what was given. The vendor may set all of it. A customer may set the fields that are the customer's, and
 * those that the preset leaves to customers; a field of the vendor may be sent as it is, and stays as it is.
 *
 * @param before the row that is changed; `null`: it is created
 * @throws EngineError `forbidden` with the names of the vendor's fields
 */
export function settable<T extends object>(
  noun: 'endpoint' | 'application',
  fields: Fields,
  given: T,
  before: object | null,
  { caller, preset }: { readonly caller: Viewer | undefined; readonly preset: Preset | null },
): T {
  if (caller?.customer === undefined) return given
  const allowed = (preset?.rules.customersMaySet ?? []).flatMap((grant) => grants[grant][noun])
  const changed = vendorFieldsChanged(fields, given, before, allowed)
  if (changed.length > 0) throw vendorsOnly(changed, preset)
  return withoutVendorFields(fields, given, allowed)
}

function vendorsOnly(names: readonly string[], preset: Preset | null): EngineError {
  const list = names.map((name) => `\`${name}\``).join(', ')
  const [is, it] = names.length === 1 ? ['is', 'it'] : ['are', 'them']
  return new EngineError(
    'forbidden',
    `${list} ${is} set by ${preset?.title ?? 'the vendor'}, not with the token of a customer. Leave ${it} out, or send ${it} unchanged.`,
    { field: names[0]! },
  )
}

/**
 * The rate of an endpoint. What the vendor sets is the most that the customer may set; a customer who sets none gets the vendor's.
 *
 * @returns what is stored; nothing where no rate was given
 * @throws EngineError `forbidden`
 */
export function rateSet(
  given: number | null | undefined,
  before: Pick<Endpoint, 'vendorRateLimit'> | null,
  { rateLimit: ofApplication }: Pick<Application, 'rateLimit'>,
  caller: Viewer | undefined,
): Partial<Pick<Endpoint, 'rateLimit' | 'vendorRateLimit'>> {
  if (given === undefined) return {}
  if (caller?.customer === undefined) return { rateLimit: given, vendorRateLimit: given }
  const vendors = before?.vendorRateLimit ?? null
  if (given === null) return { rateLimit: vendors }
  const most = Math.min(vendors ?? Number.POSITIVE_INFINITY, ofApplication ?? Number.POSITIVE_INFINITY)
  if (given <= most) return { rateLimit: given }
  throw new EngineError(
    'forbidden',
    `\`throttleRate\` is at most ${most} here, which the vendor has set; ${given} was given. Give ${most} or less.`,
    { field: 'throttleRate' },
  )
}
