import { builtInPresetFolder, loadPresets, type Preset } from '@posthorn/preset'

/** The presets that come with the program. */
export function builtInPresets(): Preset[] {
  return loadPresets([builtInPresetFolder()])
}
