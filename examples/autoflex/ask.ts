import { request, type RequestOptions } from 'node:https'
import { text } from 'node:stream/consumers'

export interface Answer {
  readonly status: number
  readonly text: string
  readonly json: unknown
}

/** Asks the vendor, as a program of a customer does. */
export interface Ask {
  (method: 'GET' | 'POST', path: string, more?: { readonly token?: string; readonly body?: object }): Promise<Answer>
}

/** `fetch` of Node cannot be told, for one address, which authority to trust. */
export function asking(url: string, ca: string): Ask {
  return async (method, path, { token, body } = {}) => {
    const options: RequestOptions = {
      method,
      ca,
      agent: false,
      headers: { ...(token !== undefined && { token }), ...(body && { 'content-type': 'application/json' }) },
    }
    return new Promise((resolve, reject) => {
      const asked = request(url + path, options, (response) => {
        text(response).then(
          (answer) => resolve({ status: response.statusCode ?? 0, text: answer, json: parsed(answer) }),
          reject,
        )
      })
      asked.on('error', reject)
      asked.end(body && JSON.stringify(body))
    })
  }
}

/** The token of somebody who signs in. */
export async function tokenFor(ask: Ask, who: SignIn): Promise<string> {
  return ((await signIn(ask, who)).json as { readonly token: string }).token
}

export interface SignIn {
  readonly api_key: string
  readonly username: string
  readonly password: string
}

export async function signIn(ask: Ask, { api_key, username, password }: SignIn): Promise<Answer> {
  const query = new URLSearchParams({ api_key, username, password }).toString()
  return ask('GET', `/authenticate?${query}`)
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}
