import { sentUrl } from '@posthorn/wire'
import { messageChecks } from '@posthorn/preset'
import { Secret } from '../secret.ts'
import { problemWithRange } from './address-range.ts'
import type { Reading, Setting } from './setting.ts'

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const

/** Every setting of the server, in the order of the documentation. A new setting is an entry here. */
export const settings = {
  jwtSecret: {
    env: 'POSTHORN_JWT_SECRET',
    description: 'Signs and verifies the tokens of the API (HS256). At least 16 characters.',
    secret: true,
    make: 'openssl rand -hex 32',
    read: (text) =>
      text.length < 16 ? { problem: 'It must have at least 16 characters.' } : { value: new Secret(text) },
  },
  secretKey: {
    env: 'POSTHORN_SECRET_KEY',
    description:
      'Encrypts the stored secrets. 32 bytes in base64. Keep a copy of it: without this key the stored secrets cannot be read.',
    secret: true,
    make: 'openssl rand -base64 32',
    read: (text) => (isKey(text) ? { value: new Secret(text) } : { problem: 'It must be 32 bytes in base64.' }),
  },
  databaseUrl: {
    env: 'POSTHORN_DATABASE_URL',
    description: 'Where the data is stored: `sqlite:` and a folder. The folder is created when it does not exist.',
    // A database URL may contain a password.
    secret: true,
    default: 'sqlite:./posthorn-data',
    read: (text) =>
      /^sqlite:.*\S/.test(text)
        ? { value: text }
        : { problem: 'It must be `sqlite:` and a folder, such as sqlite:./posthorn-data.' },
  },
  port: {
    env: 'POSTHORN_PORT',
    description: 'Port to listen on. 0 takes any free port.',
    default: 8071,
    read: (text) =>
      /^\d{1,5}$/.test(text) && Number(text) <= 65_535
        ? { value: Number(text) }
        : { problem: 'It must be a number from 0 to 65535; 0 takes any free port.' },
  },
  host: {
    env: 'POSTHORN_HOST',
    description: 'Address to listen on. `0.0.0.0` listens on every address of the machine.',
    default: '127.0.0.1',
    read: asItIs,
  },
  publicUrl: {
    env: 'POSTHORN_PUBLIC_URL',
    description:
      'URL under which clients reach this server. Links to the files of operations begin with it. It may have a path.',
    default: null,
    defaultText: 'the address that the server listens on',
    read: (text) =>
      isPublicUrl(text)
        ? { value: text.replace(/\/+$/, '') }
        : {
            problem:
              'It must be an http or https URL without query, fragment and password, such as https://hooks.example.com.',
          },
  },
  allowedOrigins: {
    env: 'POSTHORN_ALLOWED_ORIGINS',
    description:
      'Origins of pages that may call the API from a browser, separated by commas, such as `https://app.example.com`. `*` is every origin. Cookies are never used.',
    default: [],
    defaultText: 'none',
    read: allowedOrigins,
  },
  heldAsDisabled: {
    env: 'POSTHORN_HELD_AS_DISABLED',
    description:
      'With `true` the API shows an endpoint that is held (it failed for days, or answered 410) with `disabled: true`, for clients that look only there. Its messages are still kept.',
    default: false,
    read: (text) =>
      text === 'true' || text === 'false' ? { value: text === 'true' } : { problem: 'It must be true or false.' },
  },
  allowPrivate: {
    env: 'POSTHORN_ALLOW_PRIVATE',
    description:
      'Addresses and CIDR ranges, separated by commas, that endpoints may use although they are not public. The rules about ports and host names do not apply to them.',
    default: [],
    defaultText: 'none',
    read: addressRanges,
  },
  extraCa: {
    env: 'POSTHORN_EXTRA_CA',
    description: 'Path of a PEM file with certificates to trust in addition to those of the system.',
    default: null,
    defaultText: 'none',
    read: asItIs,
  },
  defaultDialect: {
    env: 'POSTHORN_DEFAULT_DIALECT',
    description: 'Dialect of an endpoint when neither the endpoint nor its application names one.',
    default: 'standard',
    read: asItIs,
  },
  presets: {
    env: 'POSTHORN_PRESETS',
    description:
      'Path of a folder with your own presets, one folder each. They are added to the built-in ones. The server does not start when one of them is invalid; the error names file and line.',
    default: null,
    defaultText: 'none',
    read: asItIs,
  },
  checks: {
    env: 'POSTHORN_CHECKS',
    description:
      'Checks of every message, separated by commas: `types` refuses event types that its application does not have, `schema` refuses payloads that do not match the newest schema of their event type. A preset can switch them on for its applications.',
    default: [],
    defaultText: 'none',
    read(text) {
      const names = text
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== '')
      const value = messageChecks.filter((check) => names.includes(check))
      return names.every((name) => value.some((check) => check === name))
        ? { value }
        : { problem: `It must be a list of ${messageChecks.join(', ')}.` }
    },
  },
  logLevel: {
    env: 'POSTHORN_LOG_LEVEL',
    description: `Lowest level that is logged: ${logLevels.map((level) => `\`${level}\``).join(', ')}. The log is JSON lines on standard output.`,
    default: 'info',
    read(text) {
      const value = logLevels.find((level) => level === text)
      return value === undefined ? { problem: `It must be one of ${logLevels.join(', ')}.` } : { value }
    },
  },
} as const satisfies Readonly<Record<string, Setting<unknown>>>

export type SettingName = keyof typeof settings

/** The values of all settings. */
export type SettingValues = {
  readonly [Name in SettingName]: (typeof settings)[Name] extends Setting<infer Value> ? Value : never
}

export interface Settings extends SettingValues {
  /** Names of the environment that begin as settings do and come from Kubernetes. */
  readonly ignored: readonly string[]
}

function asItIs(text: string): Reading<string> {
  return { value: text }
}

function addressRanges(text: string): Reading<readonly string[]> {
  const ranges = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
  for (const range of ranges) {
    const problem = problemWithRange(range)
    if (problem !== null) return { problem }
  }
  return { value: ranges }
}

function allowedOrigins(text: string): Reading<readonly string[]> {
  const origins = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
  const wrong = origins.find((origin) => origin !== '*' && !isOrigin(origin))
  if (wrong !== undefined)
    return {
      problem: `It must list origins as browsers send them (scheme, host, and port if it is not the usual one, such as https://app.example.com), or be *; ${wrong} is neither.`,
    }
  if (origins.length > 1 && origins.includes('*'))
    return { problem: 'It must be * alone, or a list of origins without it.' }
  return { value: origins }
}

function isOrigin(text: string): boolean {
  const url = URL.parse(text)
  return url !== null && ['http:', 'https:'].includes(url.protocol) && url.origin === text
}

function isPublicUrl(text: string): boolean {
  const sent = sentUrl(text)
  return sent.ok && sent.url.search === ''
}

function isKey(text: string): boolean {
  const bytes = Buffer.from(text, 'base64')
  return bytes.length === 32 && bytes.toString('base64') === text
}
