/** The variables of the environment that the commands read, besides the settings of the server. */
export const variables = {
  POSTHORN_URL: 'URL of the server that commands talk to, when there is no `--url`.',
  POSTHORN_TOKEN: 'Token for the API, when there is no `--token`.',
  POSTHORN_DEBUG: 'When it is set, a bug is reported with its stack trace.',
} as const

/** The server refuses POSTHORN_... names that it does not know; these belong to this program. */
export const cliVariables = Object.keys(variables)
