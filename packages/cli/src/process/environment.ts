/** Names that belong to this program and not to the server, which refuses names that it does not know. */
export const cliVariables = ['POSTHORN_URL', 'POSTHORN_TOKEN', 'POSTHORN_DEBUG'] as const
