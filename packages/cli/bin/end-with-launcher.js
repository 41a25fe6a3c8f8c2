// The launcher loads this into the program and has the other end of this channel. The channel closes when the launcher dies,
// also of SIGKILL. Then `dev` and `serve`, which handle SIGTERM, stop in order, and every other command ends.
import { isMainThread, Worker } from 'worker_threads'

const STAYING = ['dev', 'serve']

if (process.channel && isMainThread) {
  const noticed = new Int32Array(new SharedArrayBuffer(4))
  process.once('disconnect', function () {
    Atomics.store(noticed, 0, 1)
    process.kill(process.pid, 'SIGTERM')
    // It ends after 35 s in any case. Deliveries that are then in progress are sent again after the next start.
    setTimeout(function () {
      process.exit(1)
    }, 35000).unref()
  })
  process.channel.unref()
  // A program that is busy hears neither the channel nor a signal, so a thread looks whether the launcher is still there. It costs 0.1 s
  // of processor time at the start, so only the commands that stay have it; the others end soon by themselves.
  if (STAYING.indexOf(process.argv[2]) !== -1 && process.platform !== 'win32') {
    new Worker(new URL('./watch-launcher.js', import.meta.url), {
      workerData: { launcher: process.ppid, noticed: noticed },
      execArgv: [],
      env: {},
      stdout: false,
      stderr: false,
    }).unref()
  }
}
