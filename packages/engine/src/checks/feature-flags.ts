import type { EventType } from '@posthorn/model'
import type { Viewer } from '../write-options.ts'

/**
 * Whether an event type exists for a viewer. One without feature flags exists for everybody; one with flags exists for customers who
 * have at least one of them.
 */
export function sees({ featureFlags: has }: Viewer, { featureFlags }: Pick<EventType, 'featureFlags'>): boolean {
  return has === undefined || !featureFlags?.length || featureFlags.some((flag) => has.includes(flag))
}
