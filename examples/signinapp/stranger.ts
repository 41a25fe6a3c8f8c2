import { createHmac } from 'node:crypto'
import type { Notified, Receiver } from './receivers.ts'

/** What somebody tries who is not Sign In App, but has seen one of its requests go by. */
export interface Attempt {
  readonly what: string
  readonly body: string
  readonly signature: string | null
  /** The reason for which a receiver has to refuse it. */
  readonly reason: string
}

const header = 'x-signinapp-webhook-signature'
const tenMinutes = 600

export function attemptsWith({ signature, body }: Notified, secret: string): Attempt[] {
  const seen = JSON.stringify(body)
  const early = Math.floor(Date.now() / 1000) - tenMinutes
  const mac = createHmac('sha256', secret).update(`${early}.${seen}`).digest('hex')
  return [
    {
      what: 'another visitor in it',
      body: seen.replace(body.visitor.name, 'Nobody'),
      signature,
      reason: 'wrong signature',
    },
    { what: 'no signature', body: seen, signature: null, reason: 'no signature' },
    // Rightly signed: it was recorded then, and is played back now.
    { what: 'of ten minutes ago', body: seen, signature: `t=${early},s1=${mac}`, reason: 'too old' },
  ]
}

/** `401 wrong signature` */
export async function tryIt({ program }: Receiver, { body, signature }: Attempt): Promise<string> {
  const response = await fetch(program.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(signature === null ? {} : { [header]: signature }) },
    body,
  })
  return `${response.status} ${await response.text()}`
}
