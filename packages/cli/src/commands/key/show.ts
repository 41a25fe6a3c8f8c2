import { showCommand } from '../../command/show-command.ts'
import { appArgument } from '../../command/words.ts'
import { facts } from '../../show/facts.ts'
import { awayText } from '../../show/time-text.ts'

/** Shows the signing key of an application. */
export const keyShow = showCommand({
  name: 'show',
  summary: "show an application's signing key",
  description: 'Shows the signing key of an application, and the key that replaces it if there is one.',
  arguments: [appArgument],
  examples: ['posthorn key show acme', 'posthorn key show acme --json | jq -r .key'],
  notes: ['The audit log records who looks: posthorn audit acme. The token needs the scope secrets:read.'],
  ask: ({ client }, { args: [app = ''] }) => client.signingKey.get({ params: { app_id: app } }),
  show({ key, publicKey, next, previousUntil }, { io }) {
    const now = io.now()
    return (
      facts(
        {
          key,
          'public key': publicKey,
          'before it': previousUntil && `the old key signs too, until ${awayText(previousUntil, now)}`,
        },
        io,
      ) +
      (next === null
        ? ''
        : facts({ 'next key': next.key, 'public key': next.publicKey, 'takes over': awayText(next.from, now) }, io))
    )
  },
})
