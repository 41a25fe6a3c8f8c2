import type { Log } from './options.ts'

/** `EX_IOERR` of sysexits.h. */
const exitCode = 74

/**
 * Ends the process. After an fsync that failed, pages in memory may never reach the disk, and going on would acknowledge what is
 * not there. A new process reads what is on the disk.
 */
export function endProcess(log: Log, message: string): void {
  log.error({ error: message }, 'the store lost its disk; the process ends')
  process.stderr.write(
    `posthorn: the store cannot write to its disk (${message}), so the process ends. Check the disk, then start it again.\n`,
  )
  process.exit(exitCode)
}
