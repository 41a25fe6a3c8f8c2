import type { ApplicationIn, ApplicationOut, ApplicationPatch } from '@posthorn/api'
import type { Application, ApplicationInput } from '@posthorn/engine'
import { isoTime } from '../iso-time.ts'
import { withoutUndefined } from '../without-undefined.ts'

export function applicationOut(application: Application): ApplicationOut {
  return {
    id: application.id,
    uid: application.uid,
    name: application.name,
    metadata: { ...application.metadata },
    throttleRate: application.rateLimit,
    rateLimit: application.rateLimit,
    dialect: application.dialect,
    preset: application.preset,
    params: { ...application.params },
    facts: { ...application.facts },
    createdAt: isoTime(application.createdAt),
    updatedAt: isoTime(application.updatedAt),
  }
}

export function applicationInput(body: ApplicationIn): ApplicationInput {
  return { ...applicationPatch(body), name: body.name }
}

export function applicationPatch(body: ApplicationPatch): Partial<ApplicationInput> {
  const { throttleRate, rateLimit, ...rest } = body
  return withoutUndefined({ ...rest, rateLimit: throttleRate === undefined ? rateLimit : throttleRate })
}

/** PUT: what is left out goes back to its default; what Svix's clients do not know stays as it is. */
export function applicationReplacement(body: ApplicationIn): ApplicationInput {
  return { uid: null, metadata: {}, rateLimit: null, ...applicationInput(body) }
}
