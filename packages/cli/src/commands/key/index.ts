import type { CliGroup } from '../../command/command.ts'
import { keyReset } from './reset.ts'
import { keyShow } from './show.ts'

/** What signs: the key of an application, in dialects that have such a key, and secrets of endpoints. */
export const key: CliGroup = {
  name: 'key',
  summary: 'signing keys and secrets',
  description:
    'The key that signs for all endpoints of an application, if its dialect has such a key, and the secrets of endpoints.',
  commands: [keyShow, keyReset],
}
