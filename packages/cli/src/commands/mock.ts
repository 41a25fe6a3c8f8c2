import { Command } from 'commander'
import { accessHelp, addAccess, apiAccess, mockMessage, type AccessOptions, type ApiAccess } from '../api/access.ts'
import { collect, pairs, readPayload } from '../command/arguments.ts'
import { assign, parseAssignment } from '../sample/assign.ts'
import type { CliCommand } from '../command/command.ts'
import { CliError, exitCodes } from '../process/errors.ts'
import type { Io } from '../process/io.ts'
import { mockSucceeded, showMock } from '../mock/show-mock.ts'

interface Options extends AccessOptions {
  readonly payload?: string
  readonly set: readonly string[]
  readonly param: readonly string[]
  readonly platform?: string
  readonly json?: true
}

const examples = `
Examples:
  posthorn mock acme ep_1srOrx2ZWZBpBUvZ invoice.paid
  posthorn mock scalefusion hooks device.enrolled --platform iOS --set device.name=Ada
  posthorn mock acme hooks invoice.paid --payload @invoice.json --json | jq .response.status

The server signs and sends it as a delivery to this endpoint, with its dialect, secret and headers. It is not tried again
and is not in the log. Without --payload the sample of the event type is sent.

${accessHelp}`

/** Has a server send one request to an endpoint, and shows what went over the wire. */
export function mockCommand(): CliCommand {
  const command = new Command('mock')
    .summary('have a server send one request to an endpoint, now')
    .description('Has a server send one request to an endpoint, and shows request and answer.')
    .argument('<app>', 'application: its id or uid')
    .argument('<endpoint>', 'endpoint: its id or uid')
    .argument('<event>', 'event type')
    .option('--payload <json>', 'JSON, @file, or - for standard input')
    .option('-s, --set <path=value>', 'change a value of the payload; JSON, or else text (repeatable)', collect, [])
    .option('-p, --param <name=value>', 'a value that the dialect asks for (repeatable)', collect, [])
    .option('--platform <name>', 'as if it came from this platform')
  addAccess(command).option('--json', 'print one JSON object').addHelpText('after', examples)
  return {
    command,
    async run(io, [app = '', endpoint = '', event = '']) {
      const options = command.opts<Options>()
      const params = pairs('--param', options.param)
      const access = await apiAccess(options, io)
      const payload = await payloadOf(access, event, options, io)
      const fields = {
        eventType: event,
        ...(Object.keys(params).length === 0 ? {} : { params }),
        ...(options.platform === undefined ? {} : { platform: options.platform }),
      }
      const mock = await mockMessage(access, { app, endpoint }, fields, payload)
      io.out(options.json ? `${JSON.stringify(mock)}\n` : showMock(mock, io))
      return mockSucceeded(mock) ? exitCodes.ok : exitCodes.no
    },
  }
}

/** What is given, byte for byte unless it is changed; `null`: the server takes the event type's sample. */
async function payloadOf({ client }: ApiAccess, event: string, options: Options, io: Io): Promise<string | null> {
  const { payload, set } = options
  const given = payload === undefined ? null : await readPayload(payload, io)
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
