import type { CliGroup } from '../../command/command.ts'
import { dialectCheck } from './check.ts'
import { dialectDelete } from './delete.ts'
import { dialectDocs } from './docs.ts'
import { dialectList } from './list.ts'
import { dialectPut } from './put.ts'
import { dialectShow } from './show.ts'

/** Wire formats: the built-in ones, and those of the organisation. */
export const dialect: CliGroup = {
  name: 'dialect',
  summary: 'wire formats',
  description: 'Wire formats as data: where each field of a message goes, and how it is signed.',
  commands: [dialectList, dialectShow, dialectPut, dialectDelete, dialectDocs, dialectCheck],
}
