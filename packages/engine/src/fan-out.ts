import { matches, type Matchable } from './match.ts'
import type { Endpoint } from './model.ts'

/** Message x endpoints -> targets: those that are subscribed. Held endpoints are among them: their work waits. */
export function fanOut<Entry extends { readonly endpoint: Endpoint }>(
  message: Matchable & { readonly deliver: boolean },
  endpoints: Iterable<Entry>,
): Entry[] {
  if (!message.deliver) return []
  const targets: Entry[] = []
  for (const entry of endpoints) if (matches(entry.endpoint, message)) targets.push(entry)
  return targets
}
