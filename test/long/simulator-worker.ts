import { parentPort } from 'node:worker_threads'
import { simulate } from '../../packages/engine/sim/simulation.ts'

// Simulates each seed that it is sent, and sends the result back.

parentPort!.on('message', (seed: number) => {
  void simulate(seed).then((result) => parentPort!.postMessage(result))
})
