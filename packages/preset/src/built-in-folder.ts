import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The folder of the presets that come with the program: beside the built files, or at the root of a checkout. */
export function builtInPresetFolder(): string {
  const built = fileURLToPath(new URL('./data', import.meta.url))
  return existsSync(built) ? built : fileURLToPath(new URL('../../../presets', import.meta.url))
}
