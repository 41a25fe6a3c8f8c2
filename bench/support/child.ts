import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** A program of the benchmark in a process of its own. `checkout`: the same program of another checkout, with its own code. */
export function startChild(program: URL | string, checkout?: string): ChildProcess {
  const path = typeof program === 'string' ? program : fileURLToPath(program)
  return fork(path, {
    execArgv: ['--conditions=posthorn-source'],
    ...(checkout !== undefined && { cwd: checkout }),
  })
}

/** @throws Error when it ends without a message */
export function firstMessage<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    child.once('message', (message) => resolve(message as T))
    child.once('exit', (code) => reject(new Error(`a process of the benchmark ended with ${code} and no result`)))
  })
}

/** Runs a program that gets a task, sends back one message, and ends. */
export async function runChild<T>(program: URL | string, task: object): Promise<T> {
  const child = startChild(program)
  const ended = once(child, 'exit')
  child.send(task)
  const result = await firstMessage<T>(child)
  await ended
  return result
}
