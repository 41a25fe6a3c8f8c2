/** Vendors as data: the presets, read from their folders. Begin with `preset.ts`. */
export type * from './preset.ts'
export { languages, ownWords } from './preset.ts'
export { builtInPresetFolder } from './built-in-folder.ts'
export { checkSamples } from './check-samples.ts'
export { documentPreset } from './documentation.ts'
export { PresetError, type LocatedProblem } from './errors.ts'
export { loadPresets } from './load.ts'
export { parsePreset, type ParsedPreset } from './parse-preset.ts'
