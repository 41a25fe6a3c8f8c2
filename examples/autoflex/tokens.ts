import { randomBytes } from 'node:crypto'

const hourMs = 3_600_000

/** What /authenticate gives, and every other request has in its header `token`. */
export interface Tokens<Owner> {
  issue(owner: Owner): string
  /** `null`: the token is unknown or expired. */
  ownerOf(token: string | undefined): Owner | null
}

export function openTokens<Owner>(now: () => number): Tokens<Owner> {
  const issued = new Map<string, { readonly owner: Owner; readonly until: number }>()
  return {
    issue(owner) {
      const token = randomBytes(24).toString('base64url')
      issued.set(token, { owner, until: now() + hourMs })
      return token
    },
    ownerOf(token = '') {
      const found = issued.get(token)
      if (found === undefined) return null
      if (now() < found.until) return found.owner
      issued.delete(token)
      return null
    },
  }
}
