/** How much work a run is, and how it is spread. */
export const workload = {
  warmUpMessages: 6000,
  messages: 15_000,
  /** Each message belongs to one of so many applications, in turn, and goes to every endpoint of its application. */
  applications: 10,
  endpointsPerMessage: 3,
  /** Producers that each wait for their acknowledgement before they send again. */
  producers: 128,
  /** Deliveries that a contender without limits of its own has out at a time. */
  concurrency: 192,
} as const

/** One system under test. */
export interface Contender {
  /** Resolves when message `n` is accepted as durably as this system can. */
  send(n: number, payload: string): Promise<void>
  /** Resolves when every outcome is recorded. */
  settled(): Promise<void>
  /** Deliveries that failed for good. */
  failed(): number
  /** Microseconds of processor time outside this process: a Redis server, a worker. */
  otherCpuMicroseconds(): number
  close(): Promise<void>
}

/** The addresses of an application's endpoints. */
export function urlsOf(receiver: string, application: number): string[] {
  return Array.from({ length: workload.endpointsPerMessage }, (_, endpoint) => `${receiver}/${application}/${endpoint}`)
}

export function applicationOf(n: number): number {
  return n % workload.applications
}
