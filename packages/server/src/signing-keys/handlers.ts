import type { SigningKey } from '@posthorn/engine'
import type { HandlersOf } from '../http/handler.ts'
import { present, time, timeOrNull } from '../present.ts'

export const signingKeys: HandlersOf<'signingKey'> = {
  'signingKey.get': async ({ engine, org, params, caller }) => {
    const { next, previousUntil, ...key } = await engine.signingKeys.get(org, params.app_id, caller)
    return { ...key, next: next && { ...next, from: time(next.from) }, previousUntil: timeOrNull(previousUntil) }
  },

  'signingKey.reset': async ({ engine, org, params, body, once }) => {
    const now = Date.now()
    // Who may reset need not be one who may read: the key is shown by an operation of its own.
    const render = ({ next, previousUntil }: SigningKey) => ({
      signsFrom: time(next?.from ?? now),
      previousUntil: timeOrNull(next?.from ?? previousUntil),
    })
    return render(await engine.signingKeys.reset(org, params.app_id, present(body), once(render)))
  },
}
