import type { ApiError } from '@posthorn/api'

/** The status of an answer that refused; `null` for any other error. */
export function apiStatus(error: unknown): number | null {
  // By its name: the class is not loaded before a command uses the API.
  return error instanceof Error && error.name === 'ApiError' ? (error as ApiError).status : null
}
