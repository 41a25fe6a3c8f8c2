import { CliError, errorText } from '../errors.ts'
import { apiStatus } from './api-status.ts'

/** A 403 of the log with what to do about it; anything else as it is. */
export function explainRefusal(error: unknown): unknown {
  if (apiStatus(error) !== 403) return error
  return new CliError(
    `the server refused: ${errorText(error)}`,
    'The log takes a token with the scope integrations:read: posthorn token --org ORG --scopes integrations:read',
  )
}
