import type { Route } from '@posthorn/api'
import type { Engine } from '@posthorn/engine'
import { notFound, Refusal } from '../http/refusal.ts'
import { mayDo, type Caller } from './caller.ts'

/** Refuses with a 403 what the caller's token may not do at all. */
export function authorize(route: Route, caller: Caller): void {
  if (route.access === 'organization' && caller.app !== null) {
    throw new Refusal(403, 'forbidden', 'This needs a token of the organisation; this one is for an application.')
  }
  if (!mayDo(caller, route.scope)) {
    throw new Refusal(403, 'forbidden', `This token lacks the scope \`${route.scope}\`.`)
  }
}

/**
 * The application that a path names, for an application's token. Its own id passes; its own `uid` becomes the id; any
 * other one is a 404 with the bytes of an application that does not exist.
 */
export async function ownApplication(engine: Engine, caller: Caller & { app: string }, id: string): Promise<string> {
  if (id === caller.app) return id
  const found = await engine.applications.get(caller.org, id)
  if (found.id !== caller.app) throw notFound()
  return found.id
}
