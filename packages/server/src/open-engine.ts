import { readFile } from 'node:fs/promises'
import { open, type Engine, type Log } from '@posthorn/engine'
import { builtInPresetFolder, checkSamples, loadPresets, type Preset } from '@posthorn/preset'
import type { Settings } from './settings/index.ts'

/** The engine as the settings have it. */
export async function openEngine(settings: Settings, log: Log): Promise<Engine> {
  return open({
    database: settings.databaseUrl,
    secretKey: settings.secretKey.reveal(),
    allowPrivate: settings.allowPrivate,
    extraCa: settings.extraCa === null ? [] : [await readFile(settings.extraCa, 'utf8')],
    defaultDialect: settings.defaultDialect,
    checks: settings.checks,
    presets: presetsOf(settings),
    log,
  })
}

/** Every preset that can be applied. A broken one stops the start: file and line are in the error. */
function presetsOf(settings: Settings): Preset[] {
  const presets = loadPresets([builtInPresetFolder(), ...(settings.presets === null ? [] : [settings.presets])])
  checkSamples(presets)
  return presets
}
