import type { Attempt, Engine, Message } from '@posthorn/engine'
import { nullIfMissing } from '../null-if-missing.ts'

/** The messages of attempts, by id. A message whose retention has ended is missing; its attempts may still be listed. */
export async function messagesOf(
  engine: Engine,
  org: string,
  app: string,
  attempts: readonly Attempt[],
): Promise<ReadonlyMap<string, Message>> {
  const ids = [...new Set(attempts.map((attempt) => attempt.message))]
  const found = await Promise.all(ids.map((id) => engine.messages.get(org, app, id).catch(nullIfMissing)))
  return new Map(found.flatMap((message) => (message === null ? [] : [[message.id, message]])))
}
