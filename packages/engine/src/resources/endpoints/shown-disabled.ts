import type { Endpoint, EndpointPatch } from '@posthorn/model'
import type { Viewer } from '../../write-options.ts'

/** A change without what is only sent back: `disabled: true` of an endpoint that was shown so because it is held. */
export function withoutShownDisabled(
  patch: EndpointPatch,
  before: Pick<Endpoint, 'disabled' | 'hold'>,
  { seesHeldAsDisabled = false }: Viewer = {},
): EndpointPatch {
  if (!seesHeldAsDisabled || patch.disabled !== true || before.disabled || before.hold === null) return patch
  const { disabled: _, ...rest } = patch
  return rest
}
