/** The example request of a page. The code that sends makes it, so every byte is right. */
import { fromUtf8 } from '../text/bytes.ts'
import { slotsOf } from '../definition/slots.ts'
import type { CompiledDialect } from '../compile/compiled-dialect.ts'
import type { WireMessage, WireRequest } from '../dialect.ts'
import { WireError } from '../errors.ts'
import { publicKeyOf } from '../sign/public-key.ts'
import { holdsSeveral } from '../lens/signature-header.ts'

/** The message that the page shows. */
export interface DocumentSample {
  type: string
  /** JSON text. */
  payload: string
  /** Values of the dialect's params; `claim` is the claim, where the dialect has one. */
  params?: Readonly<Record<string, string>>
  /** Default `msg_0K3OcC9O39pNCR5O`. */
  id?: string
  /** Milliseconds since 1970. Default the first of January 2026. */
  occurredAt?: number
}

export interface WorkedExample {
  message: WireMessage
  /** Newest first; `[]` where nothing is signed. */
  secrets: string[]
  publicKey: string | null
  sentAt: number
  request: WireRequest
  body: string | null
  /** A second attempt of the same message. It has the headers that a first attempt omits. */
  again: WireRequest
  /** Signed with two secrets; `null` where only the newest signs. */
  rotated: WireRequest | null
}

const url = 'https://example.com/hooks'
const exampleClaim = 'b1946ac9-2492-4d23-8dd4-5e2a1c0f7b3d'

/** @throws {WireError} when the sample cannot be sent in this dialect, or the secret cannot be used */
export async function workedExample(
  compiled: CompiledDialect,
  { type, payload, params, id = 'msg_0K3OcC9O39pNCR5O', occurredAt = Date.UTC(2026, 0, 1) }: DocumentSample,
  given: string | undefined,
): Promise<WorkedExample> {
  const hasClaim = slotsOf(compiled.dialect).some(({ slot }) => slot.$ === 'claim')
  const message: WireMessage = {
    id,
    type,
    payload,
    occurredAt,
    acceptedAt: occurredAt + 1000,
    ...(params !== undefined && { params }),
    ...(hasClaim && { claim: params?.['claim'] ?? exampleClaim }),
  }
  const wrong = compiled.check(message)
  if (wrong !== null) throw wrong
  const sentAt = occurredAt + 2000
  const secret = given ?? firstSecret(compiled)
  const secrets = secret === null ? [] : [secret]
  const input = { message, url, secrets, sentAt, attempt: 1 }
  const request = await compiled.encode(input)
  const isList = compiled.dialect.signatures.some(({ format }) => holdsSeveral(format))
  const old = isList ? secondSecret(compiled) : null
  return {
    message,
    secrets,
    publicKey: secret === null ? null : publicKeyOf(compiled, secret),
    sentAt,
    request,
    body: request.body === null ? null : fromUtf8(request.body),
    again: await compiled.encode({ ...input, attempt: 2, lastError: 'timeout after 10 s' }),
    rotated: old === null ? null : await compiled.encode({ ...input, secrets: [...secrets, old] }),
  }
}

/** A secret for examples only. Its bytes are a pattern, so that the page is the same each time. */
function exampleSecret(compiled: CompiledDialect, seed: number): string | null {
  return compiled.newSecret((bytes) => Uint8Array.from({ length: bytes }, (_, index) => (index * 73 + seed * 41) % 256))
}

function firstSecret(compiled: CompiledDialect): string | null {
  try {
    return exampleSecret(compiled, 1)
  } catch (error) {
    if (!isUnavailable(error)) throw error
    throw new WireError('sync_unavailable', 'An asymmetric key for the example cannot be made in this runtime.', {
      hint: 'Pass secret: a private key that is not in use.',
    })
  }
}

/** Without `node:crypto` no second asymmetric key can be made; the page then has no rotation. */
function secondSecret(compiled: CompiledDialect): string | null {
  try {
    return exampleSecret(compiled, 2)
  } catch (error) {
    if (isUnavailable(error)) return null
    throw error
  }
}

function isUnavailable(error: unknown): boolean {
  return error instanceof WireError && error.code === 'sync_unavailable'
}

/** The request as HTTP/1.1, with other line ends. */
export function httpText({ request, body }: WorkedExample): string {
  const { host, pathname, search } = new URL(request.url)
  return [
    `${request.method} ${pathname}${search} HTTP/1.1`,
    `host: ${host}`,
    ...request.headers.map(([name, value]) => `${name}: ${value}`),
    ...(body === null ? [] : ['', body]),
  ].join('\n')
}

/** The request as JSON, in the form of the files in `vectors/`. It is exact, even if the display of the page is not. */
export function vectorText(dialect: string, example: WorkedExample): string {
  const { message, secrets, publicKey, sentAt, request, body } = example
  const vector = {
    name: `${dialect}, worked example`,
    message,
    url,
    secrets,
    ...(publicKey !== null && { publicKey }),
    sentAt,
    attempt: 1,
    request: { ...request, body },
  }
  return JSON.stringify(vector, null, 2)
}
