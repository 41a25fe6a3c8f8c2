import type { CliGroup } from '../../command/command.ts'
import { keyReset } from './reset.ts'
import { keyShow } from './show.ts'

/** The key that signs for all endpoints of an application, in dialects that have such a key. */
export const key: CliGroup = {
  name: 'key',
  summary: "an application's signing key",
  description: 'The key that signs for all endpoints of an application, if its dialect has such a key.',
  commands: [keyShow, keyReset],
}
