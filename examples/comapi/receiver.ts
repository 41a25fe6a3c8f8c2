import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startChild } from './child.ts'
import { startRabbitMq } from './rabbitmq.ts'
import { startRedis } from './redis.ts'

const folder = fileURLToPath(new URL('receiver', import.meta.url))

/** What Rails says of one request to the webhook. */
export interface Answered {
  readonly answered: number
  /** How many events were in it, when it was believed. */
  readonly events?: number
}

/** What a worker says of one event. */
export interface Handled {
  readonly name: string
  readonly id: string
  readonly revision: number | null
  readonly outcome: 'kept' | 'obsolete' | 'other'
}

export interface State {
  readonly status: string
  readonly revision: number
  readonly text: string | null
}

/** The customer's system: Rails, RabbitMQ behind it, two workers behind that, and Redis. */
export interface Receiver extends AsyncDisposable {
  /** The page, and where webhooks go. */
  readonly url: string
  readonly answered: () => readonly Answered[]
  /** What the workers have handled, each in its order. */
  readonly handled: () => readonly Handled[]
  /** Waits until Rails has taken so many events since it started, and the workers have handled them. */
  settled(events: number): Promise<void>
  /** What is remembered of each message, by its id. */
  states(): Promise<Readonly<Record<string, State>>>
}

export async function startReceiver(secret: string): Promise<Receiver> {
  await using stack = new AsyncDisposableStack()
  const data = await mkdtemp(join(tmpdir(), 'posthorn-comapi-'))
  stack.defer(() => rm(data, { recursive: true, force: true }))
  const redis = stack.use(await startRedis(join(data, 'redis')))
  const rabbitMq = stack.use(await startRabbitMq(join(data, 'rabbitmq')))
  const env = { AMQP_URL: rabbitMq.url, REDIS_URL: redis.url, COMAPI_SECRET: secret, LC_ALL: 'C.UTF-8' }
  const rails = stack.use(
    await startChild({
      command: 'puma --bind tcp://127.0.0.1:0 --threads 1:5 --environment production config.ru'.split(' '),
      name: 'The Rails application',
      cwd: folder,
      env,
      ready: /Listening on (http\S+)/,
      debianPackages: 'ruby-railties puma ruby-bunny ruby-redis',
    }),
  )
  const startWorker = () =>
    startChild({
      command: ['ruby', 'worker.rb'],
      name: 'A worker',
      cwd: folder,
      env,
      ready: /^ready$/,
      debianPackages: 'ruby ruby-bunny ruby-redis',
    })
  const workers = [stack.use(await startWorker()), stack.use(await startWorker())]

  const url = `${rails.said}/webhook`
  const answered = () => rails.notes as readonly Answered[]
  const handled = () => workers.flatMap((worker) => worker.notes as readonly Handled[])
  const running = stack.move()
  return {
    url,
    answered,
    handled,
    async settled(events) {
      const taken = () => answered().reduce((sum, one) => sum + (one.events ?? 0), 0)
      await rails.until(() => taken() >= events, `it has taken ${events} events`)
      const isDone = () => handled().length >= events
      // Whichever of them has the last one.
      await Promise.any(workers.map((worker) => worker.until(isDone, `${events} events are handled`)))
    },
    states: async () => (await (await fetch(`${url}.json`)).json()) as Record<string, State>,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}
