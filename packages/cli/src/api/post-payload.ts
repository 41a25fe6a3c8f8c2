import type { MessageOut, MockOut } from '@posthorn/api'
import type { ApiAccess } from './access.ts'

/** Sends a message. */
export async function createMessage(
  access: ApiAccess,
  app: string,
  fields: object,
  payload: string,
): Promise<MessageOut> {
  const { pathSegment } = await import('@posthorn/api')
  return postPayload(access, `/api/v1/app/${pathSegment(app, 'the application')}/msg`, fields, payload)
}

/** Has the server send one request to an endpoint at once, and returns what went over the wire. */
export async function mockMessage(
  access: ApiAccess,
  { app, endpoint }: { readonly app: string; readonly endpoint: string },
  fields: object,
  payload: string | null,
): Promise<MockOut> {
  const { pathSegment } = await import('@posthorn/api')
  const path = `/api/v1/app/${pathSegment(app, 'the application')}/endpoint/${pathSegment(endpoint, 'the endpoint')}/mock`
  return postPayload(access, path, fields, payload)
}

/**
 * Posts a payload as text, byte for byte: the client would parse and print it, and lose the digits of large numbers.
 * `null`: without a payload.
 */
async function postPayload<T>(access: ApiAccess, path: string, fields: object, payload: string | null): Promise<T> {
  const members = JSON.stringify(fields).slice(1, -1)
  const response = await fetch(access.url.replace(/\/+$/, '') + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${access.token}`, 'content-type': 'application/json' },
    body: `{${[members, payload === null ? '' : `"payload":${payload}`].filter((part) => part !== '').join(',')}}`,
  })
  const text = await response.text()
  if (!response.ok) {
    const { ApiError } = await import('@posthorn/api')
    throw new ApiError(response.status, jsonOrText(text))
  }
  return JSON.parse(text) as T
}

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
