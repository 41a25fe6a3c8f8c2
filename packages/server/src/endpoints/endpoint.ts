import type { EndpointIn, EndpointOut, EndpointPatch as PatchBody, EndpointUpsertIn } from '@posthorn/api'
import type { Endpoint, EndpointInput, EndpointPatch } from '@posthorn/engine'
import type { Caller } from '../auth/caller.ts'
import { answerOf, endpointFields, inputOf, patchOf, replacement } from '@posthorn/model'

export const endpointOut: (endpoint: Endpoint) => EndpointOut = answerOf(endpointFields)

export function endpointInput(body: EndpointIn): EndpointInput {
  return inputOf(endpointFields, body)
}

export function endpointPatch(body: PatchBody): EndpointPatch {
  return patchOf(endpointFields, body)
}

/** PUT: what is left out goes back to its default. */
export function endpointReplacement(body: EndpointUpsertIn, { app }: Caller): EndpointPatch {
  return replacement(endpointFields, patchOf(endpointFields, body), app === null ? 'vendor' : 'customer')
}
