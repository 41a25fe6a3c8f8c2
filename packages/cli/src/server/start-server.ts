import type { Settings } from '@posthorn/server'
import { CliError } from '../process/cli-error.ts'
import { exitCodes } from '../process/exit-codes.ts'
import { systemCode } from '../process/system-error.ts'
import { loadServer } from './load-server.ts'

/** Starts the server. The usual reasons why it cannot start become errors that say what to do. */
export async function startedServer(settings: Settings) {
  const { startServer } = await loadServer()
  try {
    return await startServer({ settings })
  } catch (error) {
    throw explained(error, settings)
  }
}

function explained(error: unknown, settings: Settings): unknown {
  const code = systemCode(error)
  if (code === 'EADDRINUSE') {
    return new CliError(
      `port ${settings.port} on ${settings.host} is in use by another program.`,
      'Is posthorn already running? Stop it, or use another port: POSTHORN_PORT, or --port with dev.',
      exitCodes.unable,
    )
  }
  if (code === 'EACCES' || code === 'EADDRNOTAVAIL') {
    return new CliError(
      `cannot listen on ${settings.host} port ${settings.port} (${code}).`,
      'Use another port or address.',
      exitCodes.unable,
    )
  }
  if (code === 'database_locked' && error instanceof Error) {
    return new CliError(error.message, 'With dev, --data DIR uses another folder.', exitCodes.unable)
  }
  if (error instanceof Error && error.name === 'EngineError') return new CliError(error.message, '', exitCodes.unable)
  return error
}
