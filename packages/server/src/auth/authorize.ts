import type { Route, Scope } from '@posthorn/api'
import type { Engine } from '@posthorn/engine'
import { notFound, Refusal } from '../http/refusal.ts'
import type { Caller } from './caller.ts'

/** @throws Refusal 403: this operation needs another kind of token, or a scope that the token lacks */
export function authorize(route: Route, caller: Caller): void {
  if (route.access === 'organization' && caller.app !== null) {
    throw new Refusal(403, 'forbidden', 'This needs a token of the organisation; this one is for an application.')
  }
  if (!mayDo(caller, route.scope)) {
    throw new Refusal(403, 'forbidden', `This token lacks the scope \`${route.scope}\`.`)
  }
}

/**
 * The id of the application that a path names, for an application's token. The path may have the application's id or `uid`.
 * Another application is a 404 with the same bytes as one that does not exist.
 */
export async function ownApplication(engine: Engine, caller: Caller & { app: string }, id: string): Promise<string> {
  if (id === caller.app) return id
  const found = await engine.applications.get(caller.org, id)
  if (found.id !== caller.app) throw notFound()
  return found.id
}

/** Whether the token of a caller has a scope; `null` is none, which every token has. */
export function mayDo(caller: Caller, scope: Scope | null): boolean {
  return scope === null || caller.scopes === null || caller.scopes.has(scope)
}
