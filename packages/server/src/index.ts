// First, because it says in one sentence when Node is too old.
import '@posthorn/engine'
export { mintToken, type TokenInput } from './auth/mint-token.ts'
export { readSettings, SettingsError, type Settings } from './settings/index.ts'
export { createLog } from './program-log.ts'
export { Secret } from './secret.ts'
export { startServer, type RunningServer, type ServerOptions } from './server.ts'
