import { matchable, matches, type Subscription } from './match.ts'
import type { Message } from '../model.ts'

/** Message x endpoints -> targets: those that are subscribed. Held endpoints are among them: their work waits. */
export function fanOut<Entry extends Subscription>(
  message: Omit<Message, 'targets' | 'requestId'>,
  endpoints: Iterable<Entry>,
): Entry[] {
  if (!message.deliver) return []
  const seen = matchable(message)
  const targets: Entry[] = []
  for (const entry of endpoints) if (matches(entry, seen)) targets.push(entry)
  return targets
}
