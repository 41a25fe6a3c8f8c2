import { setTimeout as sleep } from 'node:timers/promises'
import { Command } from 'commander'
import type { AttemptOut, Client, MessageEndpointOut } from '@posthorn/api'
import { accessHelp, addAccess, apiAccess, createMessage, type AccessOptions } from '../api/access.ts'
import { collect, pairs, seconds } from '../command/arguments.ts'
import { builtInPresets } from '../sample/built-in-presets.ts'
import { exitCodes } from '../process/errors.ts'
import type { Io } from '../process/io.ts'
import type { CliCommand } from '../command/command.ts'
import { printable } from '../show/printable.ts'
import { samplePayload } from '../sample/sample-message.ts'

interface Options extends AccessOptions {
  readonly payload?: string
  readonly set: readonly string[]
  readonly param: readonly string[]
  readonly eventId?: string
  readonly wait?: true
  readonly timeout: number
  readonly json?: true
}

const examples = `
Examples:
  posthorn send scalefusion device.locked --wait
  posthorn send acme invoice.paid --payload '{"total": 12}' --event-id order-1001
  posthorn send acme visitor.signin --set visitor.name=Ada --url https://hooks.example.com --token "$TOKEN"

${accessHelp}
Without --payload the sample of a preset's event type is sent.`

/** Sends a message through the API of a server. */
export function sendCommand(): CliCommand {
  const command = new Command('send')
    .summary('send a message through a server')
    .description('Sends a message to the endpoints of an application, through the API.')
    .argument('<app>', 'application: its id or uid')
    .argument('<event>', 'event type')
    .option('--payload <json>', 'JSON, @file, or - for standard input')
    .option('-s, --set <path=value>', 'change a value of the payload; JSON, or else text (repeatable)', collect, [])
    .option('-p, --param <name=value>', 'a value that the dialect asks for (repeatable)', collect, [])
    .option('--event-id <id>', 'your own id of the event; a second one with it is refused')
    .option('-w, --wait', 'wait for the first attempt at each endpoint, and print how it ended')
    .option('--timeout <time>', 'how long to wait', seconds, 30)
  addAccess(command).option('--json', 'print one JSON object').addHelpText('after', examples)

  return {
    command,
    async run(io, [app = '', event = '']) {
      const options = command.opts<Options>()
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
        io.out(options.json ? `${JSON.stringify({ id: message.id })}\n` : `accepted ${message.id}\n`)
        return exitCodes.ok
      }
      if (!options.json) io.out(`accepted ${message.id}\n`)
      const outcome = await firstAttempts(access.client, app, message.id, io.now, options.timeout * 1000)
      if (options.json) io.out(`${JSON.stringify({ id: message.id, ...outcome }, null, 2)}\n`)
      else io.out(shown(outcome, io))
      return outcome.deliveries.every(({ state }) => state === 'success') ? exitCodes.ok : exitCodes.no
    },
  }
}

interface Outcome {
  readonly deliveries: readonly MessageEndpointOut[]
  readonly attempts: readonly AttemptOut[]
}

/** Where it went, once each delivery has been tried or the time is up. */
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
      // The log follows the deliveries by a moment.
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
          : ` ${attempt.error?.message ?? attempt.responseStatusCode} in ${attempt.responseDurationMs} ms`
      const next =
        delivery.nextAttempt === null || delivery.state === 'success' ? '' : `, next attempt ${delivery.nextAttempt}`
      const colour = delivery.state === 'success' ? 'green' : 'red'
      return `${io.style(colour, delivery.state)} ${printable(`${delivery.url}${answer}${next}`, { oneLine: true })}\n`
    })
    .join('')
}
