import { dataProblem } from '@posthorn/model'
import type { Engine } from '../engine.ts'
import {
  aBoolean,
  aNumber,
  anObject,
  aText,
  input,
  inputWith,
  isObject,
  object,
  oneOf,
  optional,
  options,
  orNull,
  other,
  text,
  texts,
  textsNamed,
  value,
  type Kind,
  type Parameter,
} from './parameter.ts'

type NamesOf<Given> = Given extends object ? keyof Given & string : never
type OneEach<List extends readonly unknown[]> = { readonly [Place in keyof List]: Parameter<NamesOf<List[Place]>> }
type Arguments<Call extends (...given: never[]) => unknown> = OneEach<Required<Parameters<Call>>>

/** The arguments of a call that answers at once and not with a promise. */
export interface AtOnce<List> {
  readonly atOnce: List
}

type Calls<Part> = {
  readonly [Name in keyof Part as Name extends string ? Name : never]: Part[Name] extends (...given: never[]) => unknown
    ? ReturnType<Part[Name]> extends Promise<unknown>
      ? Arguments<Part[Name]>
      : AtOnce<Arguments<Part[Name]>>
    : Calls<Part[Name]>
}

const org = text('org')
const app = text('app')
const id = text('id')

const page = { limit: aNumber, iterator: orNull(aText), order: oneOf('ascending', 'descending') }
const times = { after: aNumber, before: aNumber }
/** A program that looks up its customer and finds none must not act as the vendor for that. */
const aCustomer: Kind = {
  words: 'the id of the application, or leave it out to act as the vendor',
  holds: aText.holds,
  never: 'undefined',
}
const viewer = { customer: aCustomer, featureFlags: texts, seesHeldAsDisabled: aBoolean }
const aTagList: Kind = { words: 'a list of tags, or "*"', holds: (given) => given === '*' || texts.holds(given) }
/** Who writes, and under which conditions. */
const writer = {
  ...viewer,
  actor: aText,
  idempotency: textsNamed('key', 'fingerprint'),
  ifMatch: aTagList,
  ifNoneMatch: aTagList,
}
const write = options(writer)
const put = object({ create: anObject, replace: anObject }, { uid: orNull(aText) })
const attemptFilter = {
  ...page,
  ...times,
  endpoint: aText,
  message: aText,
  eventTypes: texts,
  results: texts,
  code: aNumber,
  codeClass: aNumber,
  requestId: aText,
  of: oneOf('message', 'endpoint'),
  channel: aText,
  tag: aText,
}

/** A file is streamed, so only the shape of such a result is looked at. */
const result: Parameter<string> = (given) => {
  if (!isObject(given)) return other('result', '{payload}, or {file, name, contentType}', given)
  if ('payload' in given) return object({ payload: aText })(given)
  const { file, rest } = parted(given)
  if (typeof file !== 'object' || file === null || !(Symbol.asyncIterator in file))
    return other('file', 'a stream of bytes, or leave it out and give a `payload`', file)
  return object({ name: aText, contentType: aText }, { bytes: aNumber })(rest)
}

function parted(given: Readonly<Record<string, unknown>>): { readonly file?: unknown; readonly rest: object } {
  try {
    const { file, ...rest } = given
    return { file, rest }
  } catch {
    return { rest: {} } // A getter throws: then there is no file.
  }
}

const definition: Parameter<string> = (given) => dataProblem(given, 'definition')

const listener: Parameter = (given) => (typeof given === 'function' ? null : other('listener', 'a function', given))

/** The arguments of every call of the engine. A program that is written in JavaScript may give anything. */
export const calls: Calls<Engine> = {
  applications: {
    create: [org, input, write],
    get: [org, id],
    list: [org, options(page)],
    findOrCreate: [org, inputWith({ uid: aText }), write],
    update: [org, id, input, write],
    put: [org, text('name'), put, write],
    delete: [org, id, write],
  },
  eventTypes: {
    create: [org, input, write],
    get: [org, text('name'), options(viewer)],
    list: [org, options({ ...page, ...viewer, includeArchived: aBoolean })],
    update: [org, text('name'), input, write],
    put: [org, text('name'), input, write],
    delete: [org, text('name'), options({ ...writer, expunge: aBoolean })],
  },
  endpoints: {
    create: [org, app, input, write],
    put: [org, app, text('name'), put, write],
    get: [org, app, id],
    list: [org, app, options(page)],
    update: [org, app, id, input, write],
    changeHeaders: [org, app, id, input, write],
    subscribe: [org, app, id, text('eventType'), write],
    unsubscribe: [org, app, id, text('eventType'), write],
    delete: [org, app, id, write],
    activate: [org, app, id, write],
    deactivate: [org, app, id, write],
    secrets: [org, app, id, write],
    rotateSecret: [org, app, id, object({}, { secret: orNull(aText), overlapSeconds: aNumber }), write],
    stats: [org, app, id, options({ since: aNumber, until: aNumber })],
    recover: [org, app, id, object({ since: aNumber }, { until: aNumber }), write],
    mock: [
      org,
      app,
      id,
      object({ eventType: aText }, { payload: aText, params: anObject, platform: orNull(aText) }),
      options(viewer),
    ],
    sendExample: [org, app, id, object({ eventType: aText }, { exampleIndex: aNumber }), write],
    test: [org, app, id],
  },
  presets: {
    list: { atOnce: [] },
    get: { atOnce: [text('name')] },
    apply: [org, app, object({ name: aText }, { overwrite: aBoolean }), write],
  },
  dialects: {
    list: { atOnce: [org] },
    get: { atOnce: [org, text('name'), optional(value('version', aNumber))] },
    put: [org, text('name'), definition, write],
    delete: [org, text('name'), write],
  },
  signingKeys: {
    get: [org, app, write],
    reset: [org, app, object({}, { key: aText, overlapSeconds: aNumber }), write],
  },
  filters: {
    dryRun: [
      org,
      app,
      object(
        {},
        {
          filter: orNull(anObject),
          eventTypes: orNull(texts),
          platforms: orNull(texts),
          limit: aNumber,
          over: oneOf('payload', 'message'),
        },
      ),
    ],
  },
  audit: { list: [org, options({ ...page, app: aText })] },
  messages: {
    get: [org, app, id],
    list: [
      org,
      app,
      options({
        ...page,
        ...times,
        occurredAfter: aNumber,
        occurredBefore: aNumber,
        requestId: aText,
        eventTypes: texts,
        channel: aText,
        tag: aText,
      }),
    ],
    deliveries: [org, app, id],
    destinations: [org, app, id, options(page)],
    expungePayload: [org, app, id],
  },
  attempts: {
    get: [org, app, id],
    list: [org, app, options(attemptFilter)],
    messagesOfEndpoint: [org, app, text('endpoint'), options({ ...attemptFilter, states: texts })],
    summary: [org, app, options(attemptFilter)],
    requestBody: [input],
    expungeContent: [org, app, id],
  },
  operations: {
    create: [org, app, input, write],
    complete: [org, app, id, result, write],
    fail: [org, app, id, object({ reason: aText }), write],
    get: [org, app, id],
    list: [org, app, options({ ...page, states: texts, kind: aText })],
    claim: [org, app, text('claimId')],
    file: [text('token')],
  },
  send: [org, app, input, write],
  resend: [org, app, text('message'), text('endpoint'), write],
  health: { atOnce: [] },
  checkHealth: [],
  on: { atOnce: [value('event', oneOf('attempt', 'endpointHeld')), listener] },
  idle: [],
  close: [options({ graceMs: aNumber })],
}
