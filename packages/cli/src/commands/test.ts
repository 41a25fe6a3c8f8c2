import { Command } from 'commander'
import { accessHelp, addAccess, apiAccess, type AccessOptions } from '../api/access.ts'
import type { CliCommand } from '../command/command.ts'
import { exitCodes } from '../process/errors.ts'
import { showTest } from '../mock/show-test.ts'

interface Options extends AccessOptions {
  readonly json?: true
}

const examples = `
Examples:
  posthorn test acme ep_1srOrx2ZWZBpBUvZ
  posthorn test acme hooks --json | jq .tls.certificate.daysLeft

Address, DNS, connection, TLS and redirects are tried as deliveries meet them, with the same allow-list; then the test
message is sent. Nothing of it is in the log. ✓ good, ✗ not, - not reached or not needed.

${accessHelp}`

/** Tries an endpoint the way that deliveries take. */
export function testCommand(): CliCommand {
  const command = new Command('test')
    .summary('check an endpoint: DNS, TLS, redirects, then a test message')
    .description('Checks an endpoint the way that deliveries take, and sends it a test message.')
    .argument('<app>', 'application: its id or uid')
    .argument('<endpoint>', 'endpoint: its id or uid')
  addAccess(command).option('--json', 'print one JSON object').addHelpText('after', examples)
  return {
    command,
    async run(io, [app = '', endpoint = '']) {
      const options = command.opts<Options>()
      const { client } = await apiAccess(options, io)
      const result = await client.endpoint.test({ params: { app_id: app, endpoint_id: endpoint } })
      io.out(options.json ? `${JSON.stringify(result)}\n` : showTest(result, io))
      return result.ok ? exitCodes.ok : exitCodes.no
    },
  }
}
