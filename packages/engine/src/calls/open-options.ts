import { messageChecks } from '@posthorn/preset'
import { EngineError } from '../errors.ts'
import type { OpenOptions } from '../options.ts'
import {
  aBoolean,
  aNumber,
  anObject,
  aText,
  isObject,
  objects,
  other,
  texts,
  unknownMember,
  withMethods,
  type Kind,
} from './parameter.ts'

const positive: Kind = {
  words: 'a number above 0',
  holds: (given) => typeof given === 'number' && given > 0 && Number.isFinite(given),
}
const notNegative: Kind = { words: 'a number from 0', holds: (given) => given === 0 || positive.holds(given) }
const certificates: Kind = {
  words: 'a list of certificates in PEM form',
  holds: (given) =>
    Array.isArray(given) && given.every((item) => typeof item === 'string' && item.includes('-----BEGIN ')),
}
const someNumbers: Kind = {
  words: 'a list of numbers',
  holds: (given) => Array.isArray(given) && given.every((item) => Number.isFinite(item)),
}
const checkNames: Kind = {
  words: `a list of ${messageChecks.map((name) => JSON.stringify(name)).join(' and ')}`,
  holds: (given) => Array.isArray(given) && given.every((name) => messageChecks.some((known) => known === name)),
}

const optionKinds: Readonly<Record<keyof OpenOptions, Kind>> = {
  database: { words: 'sqlite: and a folder, such as "sqlite:./posthorn-data"', holds: aText.holds },
  secretKey: aText,
  allowPrivate: texts,
  extraCa: certificates,
  defaultDialect: aText,
  dialects: objects,
  presets: objects,
  policy: anObject,
  checks: checkNames,
  holdAfterDays: notNegative,
  retentionDays: positive,
  limits: anObject,
  maxFileBytes: positive,
  log: withMethods('debug', 'info', 'warn', 'error'),
  clock: withMethods('now', 'monotonic', 'after'),
  random: withMethods('next', 'bytes'),
  transport: withMethods('check', 'send', 'probe', 'close'),
  threads: aBoolean,
}

const policyKinds: Readonly<Record<keyof NonNullable<OpenOptions['policy']>, Kind>> = {
  retrySchedule: someNumbers,
  timeoutSeconds: positive,
  terminalCodes: someNumbers,
  httpsOnly: aBoolean,
}

const limitKinds: Readonly<Record<keyof NonNullable<OpenOptions['limits']>, Kind>> = {
  laneItems: aNumber,
  laneBytes: aNumber,
  refill: aNumber,
  inFlight: aNumber,
  bytes: aNumber,
}

/** @throws EngineError `invalid`: an option has another type, or does not exist */
export function checkOptions(options: OpenOptions): void {
  if (!isObject(options)) refuse(other('options', 'an object: open({ database: "sqlite:./posthorn-data" })', options))
  if (options.database === undefined) refuse(other('database', optionKinds.database.words, undefined))
  checkMembers(options, optionKinds, '')
  if (options.policy) checkMembers(options.policy, policyKinds, 'policy.')
  if (options.limits) checkMembers(options.limits, limitKinds, 'limits.')
}

function checkMembers(given: object, kinds: Readonly<Record<string, Kind>>, above: string): void {
  const unknown = unknownMember(given, kinds, above)
  if (unknown) refuse(unknown)
  for (const [name, value] of Object.entries(given)) {
    const kind = kinds[name]
    if (kind && value !== undefined && !kind.holds(value)) refuse(other(above + name, kind.words, value))
  }
}

function refuse({ field, message }: { readonly field: string; readonly message: string }): never {
  throw new EngineError('invalid', message, { field })
}
