import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { loadPresets, type Preset } from './presets.ts'

/** The presets that come with the program: beside the built files, or at the root of a checkout. */
export function builtInPresets(): Preset[] {
  const folders = ['./presets', '../../../presets'].map((path) => fileURLToPath(new URL(path, import.meta.url)))
  return loadPresets(folders.find((folder) => existsSync(folder)) ?? folders.join(' or '))
}
