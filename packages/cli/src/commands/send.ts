import { setTimeout as sleep } from 'node:timers/promises'
import type { AttemptOut, Client, MessageEndpointOut } from '@posthorn/api'
import { apiAccess } from '../api/access.ts'
import { createMessage } from '../api/post-payload.ts'
import { apiWords, type ApiOptions } from '../command/api-words.ts'
import { command } from '../command/command.ts'
import { seconds } from '../command/option-values.ts'
import { pairs } from '../command/pairs.ts'
import { appArgument, argument, option } from '../command/words.ts'
import { exitCodes } from '../process/exit-codes.ts'
import type { Io } from '../process/io.ts'
import { builtInPresets } from '../sample/built-in-presets.ts'
import { payloadOptions, type PayloadOptions } from '../sample/payload-options.ts'
import { samplePayload } from '../sample/sample-payload.ts'
import { printable } from '../show/printable.ts'
import { jsonText } from '../show/json-text.ts'

interface Options extends ApiOptions, PayloadOptions {
  readonly eventId?: string
  readonly wait?: true
  readonly timeout: number
}

const words = {
  name: 'send',
  summary: 'send a message through a server',
  description: 'Sends a message to the endpoints of an application, through the API.',
  arguments: [appArgument, argument('<event>', 'event type')],
  options: [
    ...payloadOptions,
    option('--event-id <id>', 'your own id of the event; a second message with the same id is refused'),
    option('-w, --wait', 'wait for the first attempt at each endpoint, and print its result'),
    option('--timeout <time>', 'how long to wait', seconds).default(30, '30s'),
  ],
  examples: [
    'posthorn send scalefusion device.locked --wait',
    `posthorn send acme invoice.paid --payload '{"total": 12}' --event-id order-1001`,
    'posthorn send acme visitor.signin --set visitor.name=Ada --url https://hooks.example.com --token "$TOKEN"',
  ],
  notes: ["Without --payload the sample of a preset's event type is sent."],
}

/** Sends a message through the API of a server. */
export const send = command<Options>({
  ...apiWords(words, 'print one JSON object'),
  async run({ io, args: [app = '', event = ''], options }) {
    const sample = await samplePayload(event, builtInPresets(), options, io)
    const access = await apiAccess(options, io)
    const params = { ...sample.messageParams, ...pairs('--param', options.param) }
    const fields = {
      eventType: event,
      ...(options.eventId === undefined ? {} : { eventId: options.eventId }),
      ...(Object.keys(params).length === 0 ? {} : { params }),
    }
    const message = await createMessage(access, app, fields, sample.payload)
    if (!options.wait) {
      io.out(options.json ? `${jsonText({ id: message.id })}\n` : `accepted ${message.id}\n`)
      return exitCodes.ok
    }
    if (!options.json) io.out(`accepted ${message.id}\n`)
    const outcome = await firstAttempts(access.client, app, message.id, io.now, options.timeout * 1000)
    if (options.json) io.out(`${jsonText({ id: message.id, ...outcome }, 2)}\n`)
    else io.out(shown(outcome, io))
    return outcome.deliveries.every(({ state }) => state === 'success') ? exitCodes.ok : exitCodes.no
  },
})

interface Outcome {
  readonly deliveries: readonly MessageEndpointOut[]
  readonly attempts: readonly AttemptOut[]
}

/** The deliveries of a message, when each of them has had an attempt or the time is over. */
async function firstAttempts(
  client: Client,
  app: string,
  id: string,
  now: () => number,
  waitMs: number,
): Promise<Outcome> {
  const params = { app_id: app, msg_id: id }
  for (const deadline = now() + waitMs; ;) {
    const { data: deliveries } = await client.attempt.listDestinations({ params, query: { limit: 250 } })
    const waiting = deliveries.some(({ state, attempts }) => state === 'pending' && attempts === 0)
    if (!waiting || now() > deadline) {
      const { data: attempts } = await client.attempt.listByMessage({ params, query: { limit: 250 } })
      // The log may lag behind the deliveries for a moment.
      if (attempts.length >= deliveries.filter((delivery) => delivery.attempts > 0).length || now() > deadline)
        return { deliveries, attempts }
    }
    await sleep(100)
  }
}

function shown({ deliveries, attempts }: Outcome, io: Io): string {
  if (deliveries.length === 0) return 'no endpoint of this application takes this event type\n'
  return deliveries
    .map((delivery) => {
      const attempt = attempts.find(({ endpointId }) => endpointId === delivery.id)
      const answer =
        attempt === undefined
          ? ''
          : ` ${attempt.responseStatusCode || 'no answer'} after ${attempt.responseDurationMs} ms${attempt.error === null ? '' : `: ${attempt.error.message}`}`
      const next =
        delivery.nextAttempt === null || delivery.state === 'success' ? '' : `, next attempt ${delivery.nextAttempt}`
      const colour = delivery.state === 'success' ? 'green' : 'red'
      return `${io.style(colour, delivery.state)} ${printable(`${delivery.url}${answer}${next}`, { oneLine: true })}\n`
    })
    .join('')
}
