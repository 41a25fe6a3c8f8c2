import type { SigningKeyReset } from '@posthorn/engine'
import { idempotent, type HandlersOf } from '../http/handler.ts'
import { present, time, timeOrNull } from '../present.ts'

export const signingKeys: HandlersOf<'signingKey'> = {
  'signingKey.get': async ({ engine, org, params, write }) => {
    const { next, previousUntil, ...key } = await engine.signingKeys.get(org, params.app_id, write)
    return { ...key, next: next && { ...next, from: time(next.from) }, previousUntil: timeOrNull(previousUntil) }
  },

  // The answer has no key: a caller that may reset it is not always allowed to read it.
  'signingKey.reset': idempotent({
    perform: ({ engine, org, params, body, write }) =>
      engine.signingKeys.reset(org, params.app_id, present(body), write),
    present: ({ signsFrom, previousUntil }: SigningKeyReset) => ({
      signsFrom: time(signsFrom),
      previousUntil: timeOrNull(previousUntil),
    }),
  }),
}
