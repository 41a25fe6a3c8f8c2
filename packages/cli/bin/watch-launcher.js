// A thread of the program, started by end-with-launcher.js. It kills the process when the launcher is gone and the program does not end:
// soon if it is too busy to notice, and else when its own time limit has passed without effect.
import { workerData } from 'worker_threads'

const LOOK_EVERY_MS = 500
const TO_NOTICE_MS = 3000
const TO_END_MS = 40000

let aloneMs = 0
setInterval(function () {
  if (process.ppid === workerData.launcher) return
  aloneMs += LOOK_EVERY_MS
  const isNoticed = Atomics.load(workerData.noticed, 0) === 1
  if (aloneMs > (isNoticed ? TO_END_MS : TO_NOTICE_MS)) process.kill(process.pid, 'SIGKILL')
}, LOOK_EVERY_MS)
