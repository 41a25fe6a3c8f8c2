import { isIP } from 'node:net'
import { nearestWord } from '@posthorn/wire'
import * as z from 'zod'
import { Secret } from './secret.ts'

interface About {
  readonly env: string
  readonly description: string
  readonly secret?: true
}

/** Name in the environment and documentation of each setting; kept beside its schema, so that there is one definition. */
const about = z.registry<About>()

const cidr = z
  .string()
  .refine(isCidr, {
    error: 'Each entry is an address or a CIDR, such as `10.1.0.0/16` or `127.0.0.1`.',
    abort: true,
  })
  .refine(namesWholeRange, {
    error: ({ input }) =>
      `${String(input)} has bits set behind its prefix. Clear them to name the whole range, such as \`10.0.0.0/8\`, or leave the prefix out for one address.`,
  })

/** The one definition of every setting: default, name, validation, what is secret, documentation. */
export const settingsSchema = z.object({
  port: z
    .string()
    .regex(/^\d{1,5}$/, 'A port is a number from 0 (any free one) to 65535.')
    .transform(Number)
    .pipe(z.int().max(65_535))
    .default(8071)
    .register(about, { env: 'POSTHORN_PORT', description: 'Port to listen on; 0 is any free one.' }),
  host: z.string().min(1).default('127.0.0.1').register(about, {
    env: 'POSTHORN_HOST',
    description: 'Address to listen on; `0.0.0.0` is every one of the machine.',
  }),
  publicUrl: z
    .string()
    .refine(isPublicUrl, 'It is where callers reach this server, such as https://hooks.example.com, without a query.')
    .transform((text) => text.replace(/\/+$/, ''))
    .nullable()
    .default(null)
    .register(about, {
      env: 'POSTHORN_PUBLIC_URL',
      description: 'Where callers reach this server: links to files begin with it. Its own address when it is not set.',
    }),
  databaseUrl: z
    .string()
    .regex(/^sqlite:.+$/, 'It is `sqlite:` and a folder, such as sqlite:./posthorn-data.')
    .default('sqlite:./posthorn-data')
    .register(about, {
      env: 'POSTHORN_DATABASE_URL',
      description: '`sqlite:` and a folder, which is created.',
      secret: true,
    }),
  jwtSecret: z
    .string({ error: 'It signs the tokens of the API and must be set. Make one: openssl rand -hex 32' })
    .min(16, 'It has at least 16 characters. Make one: openssl rand -hex 32')
    .transform((text) => new Secret(text))
    .register(about, {
      env: 'POSTHORN_JWT_SECRET',
      description: 'Signs and verifies the tokens of the API (HS256, UTF-8).',
      secret: true,
    }),
  secretKey: z
    .string({ error: 'It encrypts the stored secrets and must be set. Make one: openssl rand -base64 32' })
    .refine(isKey, 'It is 32 bytes in base64. Make one: openssl rand -base64 32')
    .transform((text) => new Secret(text))
    .register(about, {
      env: 'POSTHORN_SECRET_KEY',
      description:
        'Encrypts secrets at rest: 32 bytes in base64. Keep it with the database; one is useless without the other.',
      secret: true,
    }),
  allowPrivate: z
    .string()
    .transform((text) =>
      text
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== ''),
    )
    .pipe(z.array(cidr))
    .default([])
    .register(about, {
      env: 'POSTHORN_ALLOW_PRIVATE',
      description: 'Comma-separated addresses and CIDRs that endpoints may reach although they are not public.',
    }),
  extraCa: z.string().min(1).nullable().default(null).register(about, {
    env: 'POSTHORN_EXTRA_CA',
    description: 'Path of a PEM file with certificates to trust besides the system’s.',
  }),
  defaultDialect: z.string().min(1).default('standard').register(about, {
    env: 'POSTHORN_DEFAULT_DIALECT',
    description: 'Wire format of endpoints whose application names none.',
  }),
  presets: z.string().min(1).nullable().default(null).register(about, {
    env: 'POSTHORN_PRESETS',
    description: 'Folder with presets of your own, each in a folder of its name, besides those that come along.',
  }),
  logLevel: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'silent'], 'One of trace, debug, info, warn, error, silent.')
    .default('info')
    .register(about, { env: 'POSTHORN_LOG_LEVEL', description: 'What is logged, as JSON lines on standard output.' }),
})

export type Settings = z.output<typeof settingsSchema>
type SettingName = keyof Settings

/** The environment asks for something that is not possible; every problem is named, with what to do. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError'
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(`Posthorn cannot start with these settings:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`)
    this.problems = problems
  }
}

/** Each setting's name in the environment, default and documentation, in order. */
export function describeSettings(): {
  name: SettingName
  env: string
  description: string
  secret: boolean
  default: unknown
}[] {
  return settingNames.map((name) => {
    const field = settingsSchema.shape[name]
    const { env, description, secret = false } = about.get(field)!
    return {
      name,
      env,
      description,
      secret,
      default: 'def' in field && 'defaultValue' in field.def ? field.def.defaultValue : undefined,
    }
  })
}

const settingNames = Object.keys(settingsSchema.shape) as SettingName[]

/**
 * Reads settings from an environment. A `POSTHORN_...` name that is not a setting is an error: a typing mistake must not
 * be a default in silence. Tests' own names (`POSTHORN_TEST_...`) and those in `foreign` belong to somebody else.
 */
export function readSettings(
  env: Readonly<Record<string, string | undefined>>,
  foreign: readonly string[] = [],
): Settings {
  const problems: string[] = []
  const nameOf = new Map(settingNames.map((name) => [about.get(settingsSchema.shape[name])!.env, name]))
  const given: Partial<Record<SettingName, string>> = {}
  for (const [key, value] of Object.entries(env)) {
    if (!key.startsWith('POSTHORN_') || key.startsWith('POSTHORN_TEST_') || foreign.includes(key)) continue
    const name = nameOf.get(key)
    if (name === undefined) {
      const meant = nearestWord(key, [...nameOf.keys()])
      const next = meant === null ? `The settings are ${[...nameOf.keys()].join(', ')}.` : `Did you mean ${meant}?`
      problems.push(`${key} is not a setting. ${next}`)
      continue
    }
    // Set but empty is not set, as in a compose file with `POSTHORN_EXTRA_CA=`.
    if (value !== undefined && value !== '') given[name] = value
  }
  const parsed = settingsSchema.safeParse(given)
  for (const issue of parsed.error?.issues ?? []) {
    const field = settingsSchema.shape[issue.path[0] as SettingName]
    problems.push(`${about.get(field)!.env}: ${issue.message}`)
  }
  if (!parsed.success || problems.length > 0) throw new SettingsError(problems)
  return parsed.data
}

function isCidr(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/')
  const family = isIP(address)
  // A zone (`%eth0`) is not part of an address that can be compared.
  if (family === 0 || address.includes('%') || more.length > 0) return false
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128))
}

/** Whether the bits behind the prefix are clear. A CIDR for which this is not so is mistyped, and the engine refuses it. */
function namesWholeRange(text: string): boolean {
  const [address = '', bits] = text.split('/')
  if (bits === undefined) return true
  return addressBits(address).slice(Number(bits)).search('1') === -1
}

/** An address as 32 or 128 binary digits. */
function addressBits(address: string): string {
  if (isIP(address) === 4)
    return address
      .split('.')
      .map((part) => binary(Number(part), 8))
      .join('')
  // The URL parser writes a dotted tail as two groups.
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::')
  const [before, after] = [groups(head), groups(tail ?? '')]
  return before + '0'.repeat(128 - before.length - after.length) + after
}

function groups(text: string): string {
  if (text === '') return ''
  return text
    .split(':')
    .map((group) => binary(Number.parseInt(group, 16), 16))
    .join('')
}

function binary(value: number, width: number): string {
  return value.toString(2).padStart(width, '0')
}

function isPublicUrl(text: string): boolean {
  const url = URL.parse(text)
  if (!url || !['http:', 'https:'].includes(url.protocol)) return false
  return url.search === '' && url.hash === '' && url.username === '' && url.password === ''
}

function isKey(text: string): boolean {
  const bytes = Buffer.from(text, 'base64')
  return bytes.length === 32 && bytes.toString('base64') === text
}
