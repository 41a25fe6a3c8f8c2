import type { CliGroup } from '../../command/command.ts'
import { presetApply } from './apply.ts'
import { presetCheck } from './check.ts'
import { presetDocs } from './docs.ts'
import { presetList } from './list.ts'
import { presetShow } from './show.ts'

/** The presets of a server, and the ones that an author writes. */
export const preset: CliGroup = {
  name: 'preset',
  summary: "vendors' systems",
  description: "Vendors' webhook systems as data: event types, dialect, policy and rules.",
  commands: [presetList, presetShow, presetApply, presetDocs, presetCheck],
}
