import type { Dialect } from '@posthorn/wire'

/**
 * READ FIRST for presets. A preset is a vendor's whole webhook system as data: the wire format that it speaks (a
 * dialect), how long and how often it retries (policy), what it allows and when (rules), which events it has on which
 * platforms (event types, platforms), and the words that it uses. No code knows a vendor: a new vendor is a new folder.
 *
 * On disk a preset is a folder: `preset.json`, `samples/*.json`, `schemas/*.json`, and `dialect.json` when its wire
 * format is not built in. `parse-preset.ts` checks the form, `load.ts` reads folders and names file and line of what is
 * wrong, `check-samples.ts` checks every sample.
 *
 * Members with a default may be left out of the JSON.
 */
export interface Preset {
  /** The folder's name: lower case, digits and dashes. */
  readonly name: string
  /** For people: `Scalefusion`. */
  readonly title: string
  readonly description: string
  /** Name of the wire format: a built-in one, or that of `definition`. */
  readonly dialect: string
  /** The wire format itself, where the folder brings its own; `null`: it is built in. */
  readonly definition: Dialect | null
  readonly policy: PresetPolicy
  readonly rules: Rules
  /** Example values of an application, for dialects that carry some. Default `{}`. */
  readonly params: Readonly<Record<string, string>>
  /** Columns of the support matrix; empty when the vendor has none. Default `[]`. */
  readonly platforms: readonly string[]
  readonly eventTypes: readonly PresetEventType[]
  /** What `test` sends; `null`: the sample of the first event type that has one. Default `null`. */
  readonly test: TestMessage | null
  /** The vendor's words by language. A missing word has our default. Default `{}`. */
  readonly words: Readonly<Partial<Record<Language, Words>>>
  /**
   * Where a value comes from, by path: `policy/timeoutSeconds`, `eventTypes/device.enrolled/name`, `*` for all of a
   * list. The most specific path counts. A value without an entry is stated in the vendor's webhook document. Default
   * `{}`.
   */
  readonly sources: Readonly<Record<string, Source>>
}

/** How deliveries are made, unless the endpoint or the message says otherwise. Not part of a wire format. */
export interface PresetPolicy {
  /** Seconds between attempts; `[]` is no retry. */
  readonly retrySchedule: readonly number[]
  readonly timeoutSeconds: number
  /** Endpoints are `https:` only. Default `false`. */
  readonly httpsOnly: boolean
  /** The minimum length of a secret in characters; 0: the dialect's minimum. Default 0. */
  readonly minSecretLength: number
  /** Response codes after which there is no further attempt. Default `[]`. */
  readonly terminalCodes: readonly number[]
}

/**
 * What a vendor allows, and when. The functions that enforce the rules are in `rules.ts`. Without any of it, an endpoint works
 * at once and takes everything.
 */
export interface Rules {
  /**
   * - `immediate`: an endpoint works from the moment it is created.
   * - `toggle`: it begins switched off unless the request that creates it says otherwise ("Is Active").
   * - `step`: it begins switched off. It must be switched on before it can subscribe to event types.
   *
   * Default `immediate`.
   */
  readonly activation: 'immediate' | 'toggle' | 'step'
  /** `all`: an endpoint that names no event types takes all of them. `explicit`: it takes none. Default `all`. */
  readonly subscription: 'all' | 'explicit'
  /** Endpoints of one application at most; `null`: any number. Default `null`. */
  readonly maxEndpoints: number | null
  /** Facts about an application that the vendor reports (`enrolledDevices`: 3), with their meaning. Default `{}`. */
  readonly facts: Readonly<Record<string, Fact>>
  /** Default `[]`. */
  readonly requires: readonly Requirement[]
  /**
   * What customers may set themselves, besides what is theirs everywhere (URL, secret, subscriptions, ...):
   *
   * - `dialect`: dialect and second format of an endpoint
   * - `params`: params of an endpoint
   * - `policy`: waits and timeout of an endpoint
   * - `facts`: the facts of their application
   *
   * Absent: none of it.
   */
  readonly customersMaySet?: readonly CustomersMaySet[]
  /**
   * Checks of real messages, besides those that every message has:
   *
   * - `types`: the event type is one that the application has
   * - `schema`: the payload is what the newest schema of its event type says
   *
   * Absent: none.
   */
  readonly checks?: readonly MessageCheck[]
}

export const customersMaySet = ['dialect', 'params', 'policy', 'facts'] as const
export type CustomersMaySet = (typeof customersMaySet)[number]

export const messageChecks = ['types', 'schema'] as const
export type MessageCheck = (typeof messageChecks)[number]

export interface Fact {
  readonly type: (typeof factTypes)[number]
  readonly description: string
  /** A value that meets every requirement. Demo applications use it. */
  readonly example: string | number | boolean
}

export const factTypes = ['number', 'boolean', 'string'] as const

/** Steps that may need something: creating or changing an endpoint, switching it on, subscribing it, sending a message. */
export const steps = ['configure', 'activate', 'subscribe', 'send'] as const
export type Step = (typeof steps)[number]

/** A condition that an application must meet before a step. */
export interface Requirement {
  readonly before: readonly Step[]
  /** `plan`: what the customer bought; it holds for all later steps too. `readiness`: what must happen first. */
  readonly kind: 'plan' | 'readiness'
  /** A filter (see `filter.ts`) on the facts of the application. */
  readonly facts: Readonly<Record<string, unknown>>
  /** The reason of the refusal, as a sentence. */
  readonly because: string
  /** What to do about it, as a sentence. */
  readonly remedy: string
}

export interface PresetEventType {
  readonly name: string
  readonly title: string
  readonly category: string
  readonly description: string
  /** The platforms that have the event; `null`: all of them. Default `null`. */
  readonly platforms: readonly string[] | null
  /** Example values of a message. Default `{}`. */
  readonly params: Readonly<Record<string, string>>
  /** An example payload, without the envelope; `null` when there is none. In the JSON a file: `samples/<name>.json`. */
  readonly sample: Readonly<Record<string, unknown>> | null
  /**
   * JSON schema (draft 2020-12; with its `$schema` also an older one) of the payload; `null` when there is none. In the JSON a file of `schemas/`, which several
   * event types may share.
   */
  readonly schema: Readonly<Record<string, unknown>> | null
}

export interface TestMessage {
  readonly eventType: string
  /** `null`: the event type's sample. Default `null`. */
  readonly payload: Readonly<Record<string, unknown>> | null
}

export const languages = ['en', 'de', 'ja', 'nl'] as const
export type Language = (typeof languages)[number]

export type Words = Readonly<Partial<Record<WordKey, string>>>

/** `S` stated by the vendor, `P` public documentation or receiver code, `I` inferred, `U` unknown (a setting). */
export const marks = ['S', 'P', 'I', 'U'] as const

/** How certain a value is. */
export interface Source {
  readonly mark: (typeof marks)[number]
  /** Default `''`. */
  readonly note: string
}

/** Our default words, in English. A vendor may replace each of them. The list is closed; pages and screens use it. */
export const ownWords = {
  application: 'Application',
  endpoint: 'Endpoint',
  newEndpoint: 'New endpoint',
  notification: 'Notification',
  url: 'URL',
  description: 'Description',
  secret: 'Secret',
  signingKey: 'Signing key',
  show: 'Show',
  copy: 'Copy',
  reset: 'Reset',
  save: 'Save',
  configure: 'Configure',
  activate: 'Activate',
  isActive: 'Active',
  subscribe: 'Subscribe',
  unsubscribe: 'Unsubscribe',
  mock: 'Mock',
  test: 'Test',
  event: 'Event',
  eventType: 'Event type',
  supportedEvents: 'Event types',
  category: 'Category',
  platform: 'Platform',
  sample: 'Sample',
  message: 'Message',
  request: 'Request',
  response: 'Response',
  requestId: 'Request ID',
  responseCode: 'Response code',
  dateTime: 'Date and time',
  requestPayload: 'Payload',
  logs: 'Log',
  summary: 'Summary',
  totalEvents: 'Total',
  successEvents: 'Succeeded',
  failedEvents: 'Failed',
  filters: 'Filters',
  startDate: 'From',
  endDate: 'To',
  signature: 'Signature',
  verifySignature: 'Verify the signature',
  example: 'Example',
  errors: 'Errors',
  history: 'History',
  articleSummary: 'In short',
  updated: 'Updated',
  readingTime: 'Reading time',
  print: 'Print',
  helpful: 'Was this helpful?',
  relatedArticles: 'Related',
} as const

export type WordKey = keyof typeof ownWords
