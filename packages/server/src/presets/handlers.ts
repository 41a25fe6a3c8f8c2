import type { PresetOut } from '@posthorn/api'
import type { Engine } from '@posthorn/engine'
import { documentPreset, type Preset } from '@posthorn/preset'
import { applicationFields } from '@posthorn/model'
import type { Caller } from '../auth/caller.ts'
import { idempotent, type HandlersOf } from '../http/handler.ts'
import { namedPage } from '../http/paging.ts'
import { notFound } from '../http/refusal.ts'
import { showKept } from '../http/show-kept.ts'
import { withoutUndefined } from '../without-undefined.ts'

export const presets: HandlersOf<'preset'> = {
  'preset.list': async ({ engine, caller, query }) =>
    namedPage(
      'presets',
      await presetsOf(engine, caller),
      query,
      ({ name, title, description, dialect, eventTypes, words }) => ({
        name,
        title,
        description,
        dialect,
        eventTypes: eventTypes.length,
        languages: Object.keys(words),
      }),
    ),

  'preset.get': async ({ engine, caller, params }) => presetOut(await presetOf(engine, caller, params.preset_name)),

  'preset.document': async ({ engine, org, caller, params, query }) => {
    const preset = await presetOf(engine, caller, params.preset_name)
    const { dialect } = engine.dialects.get(org, preset.dialect)
    return documentPreset(preset, dialect.dialect, query.language ?? 'en')
  },

  'preset.apply': idempotent({
    perform: ({ engine, org, params, body, write }) =>
      engine.presets.apply(org, params.app_id, withoutUndefined(body), write),
    present: showKept(applicationFields),
  }),
}

/** The presets that a caller sees. The customer of an application with a preset sees that one. */
async function presetsOf(engine: Engine, { org, app }: Caller): Promise<readonly Preset[]> {
  const all = engine.presets.list()
  if (app === null) return all
  const { preset: own } = await engine.applications.get(org, app)
  return own === null ? all : all.filter(({ name }) => name === own)
}

async function presetOf(engine: Engine, caller: Caller, name: string): Promise<Preset> {
  const found = (await presetsOf(engine, caller)).find((preset) => preset.name === name)
  if (!found) throw notFound()
  return found
}

/** Everything but the definition of its dialect, which the dialects show. */
function presetOut(preset: Preset): PresetOut {
  const { name, title, description, dialect, policy, rules, params, platforms, eventTypes, words, sources } = preset
  return structuredClone({
    name,
    title,
    description,
    dialect,
    policy,
    rules,
    params,
    platforms,
    eventTypes,
    words,
    sources,
  }) as PresetOut
}
