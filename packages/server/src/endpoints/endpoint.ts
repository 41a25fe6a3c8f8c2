import type { EndpointIn, EndpointOut, EndpointPatch as PatchBody, EndpointUpsertIn } from '@posthorn/api'
import { tagOfEndpoint, type Endpoint, type EndpointInput, type EndpointPatch } from '@posthorn/engine'
import type { Caller } from '../auth/caller.ts'
import { tagged, type Reply } from '../http/reply.ts'
import { answerOf, completed, endpointFields, inputOf, patchOf, replacement } from '@posthorn/model'

export const endpointOut: (endpoint: Endpoint) => EndpointOut = answerOf(endpointFields)

/** The answer that is one endpoint. Its tag is that of the endpoint as it is stored, in whatever way it is shown. */
export function endpointReply(endpoint: Endpoint): Reply<EndpointOut> {
  return tagged(endpointOut(endpoint), tagOfEndpoint(endpoint))
}

/** The same from a row that was kept with an Idempotency-Key. */
export function keptEndpointReply(row: Partial<Endpoint>): Reply<EndpointOut> {
  return endpointReply(completed(endpointFields, row))
}

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
