import type { ApplicationIn, ApplicationOut, ApplicationPatch as PatchBody } from '@posthorn/api'
import type { Application, ApplicationInput, ApplicationPatch } from '@posthorn/engine'
import type { Caller } from '../auth/caller.ts'
import { answerOf, applicationFields, inputOf, patchOf, replacement } from '@posthorn/model'

export const applicationOut: (application: Application) => ApplicationOut = answerOf(applicationFields)

export function applicationInput(body: ApplicationIn): ApplicationInput {
  return inputOf(applicationFields, body)
}

export function applicationPatch(body: PatchBody): ApplicationPatch {
  return patchOf(applicationFields, body)
}

/** PUT: what is left out goes back to its default. Fields that Svix's clients do not know keep their value (`put: 'keep'`). */
export function applicationReplacement(body: ApplicationIn, { app }: Caller): ApplicationPatch {
  return replacement(applicationFields, patchOf(applicationFields, body, 'PUT'), app === null ? 'vendor' : 'customer')
}
