import { sentUrl } from '@posthorn/wire'
import { CliError } from '../process/cli-error.ts'

/** Refuses the URL of a receiver that would not be sent as it was written, as the engine does. */
export function checkReceiver(option: string, url: string): void {
  const checked = sentUrl(url)
  if (!checked.ok)
    throw new CliError(`${option}: ${checked.message}.`, `Write it in full: ${option} http://localhost:3000/hooks`)
}
