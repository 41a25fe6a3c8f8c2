// Where the page's data comes from: the token, the API, and the live stream.

const storageKey = 'posthorn-token'

/** The token from the address (`#token=...`, taken out of it at once) or from this tab. */
export function storedToken() {
  const fragment = location.hash.slice(1)
  if (fragment !== '') {
    history.replaceState(null, '', location.pathname)
    keepToken(decodeURIComponent(fragment.replace(/^token=/, '')))
  }
  try {
    return sessionStorage.getItem(storageKey)
  } catch {
    return memory
  }
}

let memory = null

export function keepToken(token) {
  memory = token
  try {
    if (token === null) sessionStorage.removeItem(storageKey)
    else sessionStorage.setItem(storageKey, token)
  } catch {
    // Storage is switched off: the token lives as long as the page.
  }
}

/** What the token says about itself; the server decides whether it is true. */
export function claimsOf(token) {
  try {
    const bytes = Uint8Array.from(atob(token.split('.')[1].replace(/-/g, '+').replace(/_/g, '/')), (c) =>
      c.charCodeAt(0),
    )
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    return {}
  }
}

export class Refused extends Error {
  constructor(status, message) {
    super(message)
    this.status = status
  }
}

/** One GET. */
export async function get(token, path) {
  const response = await fetch(`/api/v1${path}`, { headers: { authorization: `Bearer ${token}` } })
  const text = await response.text()
  if (!response.ok) throw new Refused(response.status, refusalOf(text) ?? `The server answered ${response.status}.`)
  return JSON.parse(text)
}

function refusalOf(text) {
  try {
    const { detail } = JSON.parse(text)
    return Array.isArray(detail) ? detail.map(({ msg }) => msg).join(' ') : detail
  } catch {
    return undefined
  }
}

/**
 * Follows the log for ever: `onEntry` for each attempt, `onState` with `live` or `lost`. Comes back by itself, after
 * one second at first and ten at most; a refused token ends it.
 */
export async function follow(token, { onEntry, onState, signal }) {
  let waitMs = 1000
  while (!signal.aborted) {
    try {
      const response = await fetch('/api/v1/log/stream', { headers: { authorization: `Bearer ${token}` }, signal })
      if (!response.ok)
        throw new Refused(
          response.status,
          refusalOf(await response.text()) ?? `The server answered ${response.status}.`,
        )
      onState('live')
      waitMs = 1000
      await read(response.body, onEntry)
    } catch (error) {
      if (signal.aborted) return
      if (error instanceof Refused && (error.status === 401 || error.status === 403)) throw error
    }
    if (signal.aborted) return
    onState('lost')
    await new Promise((resolve) => setTimeout(resolve, waitMs))
    waitMs = Math.min(waitMs * 2, 10_000)
  }
}

async function read(body, onEntry) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader()
  let rest = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    rest += value
    for (let end = rest.indexOf('\n\n'); end >= 0; end = rest.indexOf('\n\n')) {
      const data = rest
        .slice(0, end)
        .split('\n')
        .filter((line) => line.startsWith('data: '))
        .map((line) => line.slice(6))
        .join('\n')
      rest = rest.slice(end + 2)
      if (data !== '') onEntry(JSON.parse(data))
    }
  }
}
