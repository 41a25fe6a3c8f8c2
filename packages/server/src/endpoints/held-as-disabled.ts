import type { Endpoint, EndpointPatch } from '@posthorn/engine'

// The setting POSTHORN_HELD_AS_DISABLED. Clients of Svix see that an endpoint needs somebody in `disabled`, and know no `hold`.

/** An answer in which endpoints that are held are shown as disabled: one endpoint, or a page of them. Other answers stay as they are. */
export function heldAsDisabled(answer: unknown): unknown {
  if (typeof answer !== 'object' || answer === null) return answer
  if ('data' in answer && Array.isArray(answer.data)) return { ...answer, data: answer.data.map(heldAsDisabled) }
  return 'hold' in answer && answer.hold !== null ? { ...answer, disabled: true } : answer
}

/** A change without what is only sent back: `disabled: true` of an endpoint that was shown so because it is held. */
export function withoutShownDisabled(patch: EndpointPatch, before: Pick<Endpoint, 'disabled' | 'hold'>): EndpointPatch {
  const { disabled, ...rest } = patch
  return disabled === true && !before.disabled && before.hold !== null ? rest : patch
}
