import { ApiError } from '../client/error.ts'

/** The longest pause between two tries, and the number of tries: about five minutes in all. */
const longestPauseMs = 30_000
const tries = 14

/**
 * Sends a request again while the server is restarting or overloaded. All tries have the same key, so the work is done once.
 * A request that the server refuses for good is not sent again.
 */
export async function persistently<T>(
  idempotencyKey: string,
  send: (idempotencyKey: string) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await send(idempotencyKey)
    } catch (error) {
      const temporary = !(error instanceof ApiError) || error.status >= 500 || error.status === 429
      if (!temporary || attempt === tries) throw error
      await new Promise((resolve) => setTimeout(resolve, Math.min(250 * 2 ** attempt, longestPauseMs)))
    }
  }
}
