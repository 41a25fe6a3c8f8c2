import type { PresetOut } from '@posthorn/api'
import { documentPreset, type Preset } from '@posthorn/preset'
import { applicationFields } from '@posthorn/model'
import { idempotent, type HandlersOf } from '../http/handler.ts'
import { namedPage } from '../http/paging.ts'
import { notFound } from '../http/refusal.ts'
import { showKept } from '../http/show-kept.ts'
import { withoutUndefined } from '../without-undefined.ts'

export const presets: HandlersOf<'preset'> = {
  'preset.list': ({ engine, query }) =>
    namedPage(engine.presets.list(), query, ({ name, title, description, dialect, eventTypes, words }) => ({
      name,
      title,
      description,
      dialect,
      eventTypes: eventTypes.length,
      languages: Object.keys(words),
    })),

  'preset.get': ({ engine, params }) => presetOut(presetOf(engine, params.preset_name)),

  'preset.document': ({ engine, org, params, query }) => {
    const preset = presetOf(engine, params.preset_name)
    const { dialect } = engine.dialects.get(org, preset.dialect)
    return documentPreset(preset, dialect.dialect, query.language ?? 'en')
  },

  'preset.apply': idempotent({
    perform: ({ engine, org, params, body, write }) =>
      engine.presets.apply(org, params.app_id, withoutUndefined(body), write),
    present: showKept(applicationFields),
  }),
}

function presetOf({ presets: all }: { presets: { list(): readonly Preset[] } }, name: string): Preset {
  const found = all.list().find((preset) => preset.name === name)
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
