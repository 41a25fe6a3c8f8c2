import type { MockOut } from '@posthorn/api'
import type { ApiAccess } from '../api/access.ts'
import { mockMessage } from '../api/post-payload.ts'
import { readJsonObject } from '../command/input.ts'
import { pairs } from '../command/pairs.ts'
import { showCommand } from '../command/show-command.ts'
import { appArgument, argument, endpointArgument, option } from '../command/words.ts'
import { mockSucceeded, showMock } from '../mock/show-mock.ts'
import { CliError } from '../process/cli-error.ts'
import { exitCodes } from '../process/exit-codes.ts'
import type { Io } from '../process/io.ts'
import { assign, parseAssignment } from '../sample/assign.ts'
import { payloadOptions, type PayloadOptions } from '../sample/payload-options.ts'

interface Options extends PayloadOptions {
  readonly platform?: string
}

/** Has a server send one request to an endpoint, and shows what went over the wire. */
export const mock = showCommand<MockOut, Options, Record<string, string>>({
  name: 'mock',
  summary: 'have a server send one request to an endpoint, now',
  description: 'Has a server send one request to an endpoint, and shows request and response.',
  arguments: [appArgument, endpointArgument, argument('<event>', 'event type')],
  options: [...payloadOptions, option('--platform <name>', 'send it as an event of this platform')],
  examples: [
    'posthorn mock acme ep_1srOrx2ZWZBpBUvZ invoice.paid',
    'posthorn mock scalefusion hooks device.enrolled --platform iOS --set device.name=Ada',
    'posthorn mock acme hooks invoice.paid --payload @invoice.json --json | jq .response.status',
  ],
  notes: [
    'The server signs and sends it like a delivery to this endpoint, with its dialect, secret and headers. It is not retried and is not in the log. Without --payload the sample of the event type is sent.',
  ],
  read: async ({ options: { param } }) => pairs('--param', param),
  async ask(access, { args: [app = '', endpoint = '', event = ''], options, io }, params) {
    const payload = await payloadOf(access, event, options, io)
    const fields = {
      eventType: event,
      ...(Object.keys(params).length === 0 ? {} : { params }),
      ...(options.platform === undefined ? {} : { platform: options.platform }),
    }
    return mockMessage(access, { app, endpoint }, fields, payload)
  },
  show: (answer, { io }) => showMock(answer, io),
  exitCode: (answer) => (mockSucceeded(answer) ? exitCodes.ok : exitCodes.no),
})

/** The given payload, byte for byte unless `--set` changes it; `null`: the server uses the sample of the event type. */
async function payloadOf({ client }: ApiAccess, event: string, options: Options, io: Io): Promise<string | null> {
  const { payload, set = [] } = options
  const given = payload === undefined ? null : await readJsonObject(payload, io)
  if (set.length === 0) return given
  const value =
    given === null
      ? (await client.eventType.get({ params: { event_type_name: event } })).sample
      : (JSON.parse(given) as Record<string, unknown>)
  if (value === null)
    throw new CliError(
      `the event type ${event} has no sample that --set could change.`,
      `Give the payload: --payload '{"id": 1}' or --payload @file.json`,
    )
  return JSON.stringify(assign(value, set.map(parseAssignment)))
}
