import { EngineError } from '../errors.ts'

/** Runs a check of one endpoint. What it refuses names the endpoint, and what the endpoint does not fit. */
export function fitting(endpoint: string, title: string, field: string, check: () => void): void {
  try {
    check()
  } catch (error) {
    if (!(error instanceof EngineError)) throw error
    throw new EngineError(error.code, `The endpoint ${endpoint} does not fit ${title}: ${error.message}`, { field })
  }
}
