import type { SigningKeyReset } from '@posthorn/engine'
import { idempotent, type HandlersOf } from '../http/handler.ts'
import { isoTime, isoTimeOrNull } from '../iso-time.ts'
import { withoutUndefined } from '../without-undefined.ts'

export const signingKeys: HandlersOf<'signingKey'> = {
  'signingKey.get': async ({ engine, org, params, write }) => {
    const { next, previousUntil, ...key } = await engine.signingKeys.get(org, params.app_id, write)
    return {
      ...key,
      next: next && { key: next.key, publicKey: next.publicKey, signsFrom: isoTime(next.from) },
      previousUntil: isoTimeOrNull(previousUntil),
    }
  },

  // The answer has no key: a caller that may reset it is not always allowed to read it.
  'signingKey.reset': idempotent({
    perform: ({ engine, org, params, body, write }) =>
      engine.signingKeys.reset(org, params.app_id, withoutUndefined(body), write),
    present: ({ signsFrom, previousUntil }: SigningKeyReset) => ({
      signsFrom: isoTime(signsFrom),
      previousUntil: isoTimeOrNull(previousUntil),
    }),
  }),
}
