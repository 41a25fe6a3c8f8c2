import type { ResponseOf, RouteOf } from '@posthorn/api'
import { showCommand } from '../../command/show-command.ts'
import { appArgument, optionalEndpointArgument } from '../../command/words.ts'
import type { Io } from '../../process/io.ts'
import { facts } from '../../show/facts.ts'
import { awayText } from '../../show/time-text.ts'

type Shown = ResponseOf<RouteOf<'signingKey.get'>> | ResponseOf<RouteOf<'endpoint.getSecret'>>

/** Shows the signing key of an application, or the secret of an endpoint. */
export const keyShow = showCommand<Shown>({
  name: 'show',
  summary: 'show a signing key or the secret of an endpoint',
  description:
    'Shows the signing key of an application, or with ENDPOINT the secret of that endpoint: the one that signs now, and the one that replaces it if there is one.',
  arguments: [appArgument, optionalEndpointArgument],
  examples: [
    'posthorn key show acme',
    'posthorn key show acme ep_0KOqvT2uRdMhRUN1                   the secret of one endpoint',
    'posthorn key show acme --json | jq -r .key',
  ],
  notes: ['The audit log records who looks: posthorn audit acme. The token needs the scope secrets:read.'],
  ask: async ({ client }, { args: [app_id = '', endpoint_id] }): Promise<Shown> =>
    endpoint_id === undefined
      ? client.signingKey.get({ params: { app_id } })
      : client.endpoint.getSecret({ params: { app_id, endpoint_id } }),
  show: (shown, { io }) =>
    standing(shown, io) +
    ('secondaryKey' in shown && shown.secondaryKey !== null
      ? standing(
          {
            key: shown.secondaryKey,
            publicKey: shown.secondaryPublicKey,
            next: shown.secondaryNext,
            previousUntil: shown.secondaryPreviousUntil,
          },
          io,
          'second key',
        )
      : ''),
})

type Standing = Pick<Shown, 'key' | 'publicKey' | 'next' | 'previousUntil'>

function standing({ key, publicKey, next, previousUntil }: Standing, io: Io, name = 'key'): string {
  const now = io.now()
  return (
    facts(
      {
        [name]: key ?? 'none: requests are not signed',
        'public key': publicKey,
        'before it': previousUntil && `the old key signs too, until ${awayText(previousUntil, now)}`,
      },
      io,
    ) +
    (next === null
      ? ''
      : facts(
          {
            'next key': next.key ?? 'none: requests are not signed from then on',
            'public key': next.publicKey,
            'takes over': awayText(next.signsFrom, now),
          },
          io,
        ))
  )
}
