import type { ApiError } from '@posthorn/api'

/** The status of an answer that refused; `null` for any other error. */
export function apiStatus(error: unknown): number | null {
  return isApiError(error) ? error.status : null
}

/** The code of an answer that refused (`conflict`); `null` for any other error. */
export function apiCode(error: unknown): string | null {
  return isApiError(error) ? error.code : null
}

/** By its name: the class is not loaded before a command uses the API. */
export function isApiError(error: unknown): error is ApiError {
  return error instanceof Error && error.name === 'ApiError'
}
