import { applications } from './applications/handlers.ts'
import { attempts } from './attempts/handlers.ts'
import { audit } from './audit/handlers.ts'
import { dialects } from './dialects/handlers.ts'
import { endpoints } from './endpoints/handlers.ts'
import { eventTypes } from './event-types/handlers.ts'
import { filters } from './filters/handlers.ts'
import { health } from './health/handlers.ts'
import type { Handlers } from './http/handler.ts'
import type { Lifecycle } from './lifecycle.ts'
import { log } from './log/handlers.ts'
import { messages } from './messages/handlers.ts'
import { operations } from './operations/handlers.ts'
import type { Links } from './operations/links.ts'
import { presets } from './presets/handlers.ts'
import { signingKeys } from './signing-keys/handlers.ts'

/** The handler of every operation of the contract. A row without one does not compile. */
export function handlersFor(lifecycle: Lifecycle, links: Links, logTrouble: () => string | null): Handlers {
  return {
    ...health(lifecycle, logTrouble),
    ...applications,
    ...endpoints,
    ...eventTypes,
    ...messages,
    ...attempts,
    ...log,
    ...operations(links),
    ...dialects,
    ...presets,
    ...signingKeys,
    ...filters,
    ...audit,
  }
}
