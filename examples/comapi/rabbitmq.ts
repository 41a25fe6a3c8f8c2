import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startChild } from './child.ts'
import { freePorts } from './free-ports.ts'

/** Debian's `rabbitmq-server` must run as a system service; this starts the program that it wraps. */
const debianFolder = '/usr/lib/rabbitmq/bin'

export interface RabbitMq extends AsyncDisposable {
  /** `amqp://127.0.0.1:40123` */
  readonly url: string
}

/** A RabbitMQ of the story's own: its own name, ports of loopback alone, everything that it writes in one folder. */
export async function startRabbitMq(folder: string): Promise<RabbitMq> {
  await mkdir(folder)
  const [amqp = 0, distribution = 0, names = 0] = await freePorts(3)
  const env = environment(folder, { amqp, distribution, names })
  await writeFile(env.RABBITMQ_ENABLED_PLUGINS_FILE, '[].')
  await writeFile(`${env.RABBITMQ_CONFIG_FILE}.conf`, `listeners.tcp.default = 127.0.0.1:${amqp}\n`)
  const debianPackages = 'rabbitmq-server'

  await using stack = new AsyncDisposableStack()
  // Erlang's register of names. Left to itself, RabbitMQ would start one that stays.
  stack.use(
    await startChild({
      command: ['epmd', '-debug', '-port', String(names), '-address', '127.0.0.1'],
      name: 'epmd, a part of Erlang,',
      ready: /epmd running/,
      debianPackages,
    }),
  )
  stack.use(
    await startChild({
      command: [existsSync(debianFolder) ? join(debianFolder, 'rabbitmq-server') : 'rabbitmq-server'],
      name: 'RabbitMQ',
      env,
      ready: /Server startup complete/,
      debianPackages,
    }),
  )
  const running = stack.move()
  return { url: `amqp://127.0.0.1:${amqp}`, [Symbol.asyncDispose]: () => running.disposeAsync() }
}

/** Everything that would be read or written elsewhere by default. */
function environment(folder: string, ports: { amqp: number; distribution: number; names: number }) {
  return {
    // The cookie of Erlang is there.
    HOME: folder,
    ERL_EPMD_PORT: String(ports.names),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    RABBITMQ_NODENAME: `posthorn-story-${process.pid}@localhost`,
    RABBITMQ_NODE_PORT: String(ports.amqp),
    RABBITMQ_DIST_PORT: String(ports.distribution),
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1}',
    RABBITMQ_MNESIA_BASE: join(folder, 'mnesia'),
    RABBITMQ_LOG_BASE: join(folder, 'log'),
    RABBITMQ_LOGS: '-',
    RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'enabled_plugins'),
    RABBITMQ_CONFIG_FILE: join(folder, 'rabbitmq'),
    RABBITMQ_ADVANCED_CONFIG_FILE: join(folder, 'advanced.config'),
    RABBITMQ_CONF_ENV_FILE: join(folder, 'rabbitmq-env.conf'),
  }
}
