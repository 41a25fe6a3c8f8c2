import { showCommand } from '../command/show-command.ts'
import { appArgument, endpointArgument } from '../command/words.ts'
import { showTest } from '../mock/show-test.ts'
import { exitCodes } from '../process/exit-codes.ts'

/** Checks an endpoint with the code that delivers. */
export const test = showCommand({
  name: 'test',
  summary: 'check an endpoint: DNS, TLS, redirects, then a test message',
  description: 'Checks an endpoint in the same way as a delivery reaches it, and sends it a test message.',
  arguments: [appArgument, endpointArgument],
  examples: [
    'posthorn test acme ep_1srOrx2ZWZBpBUvZ',
    'posthorn test acme hooks --json | jq .tls.certificate.daysLeft',
  ],
  notes: [
    'URL, DNS, connection, TLS and redirects are checked as for a delivery, with the same list of allowed addresses. Then the test message is sent. None of it is in the log. ✓ good, ✗ failed, - not reached or not needed.',
  ],
  ask: ({ client }, { args: [app = '', endpoint = ''] }) =>
    client.endpoint.test({ params: { app_id: app, endpoint_id: endpoint } }),
  show: (result, { io }) => showTest(result, io),
  exitCode: ({ ok }) => (ok ? exitCodes.ok : exitCodes.no),
})
