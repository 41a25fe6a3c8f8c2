import { EngineError } from '../../../errors.ts'
import type { Ledger } from '../../ledger.ts'
import { clientOf } from '../threads/client.ts'
import type { GroupCommit } from '../threads/group-commit.ts'
import type { Linger } from '../threads/linger.ts'
import { attemptRow, type AttemptRow } from './attempt-row.ts'
import { ledgerMethods } from './methods.ts'

const waitMs = 1000

/** The ledger as the main thread sees it. */
export function ledgerOn(writer: GroupCommit, linger: Linger, reader: GroupCommit): Ledger {
  const { appendRow, writable, ...methods } = clientOf('ledger', ledgerMethods, {
    write: (call, terms) => writer.submit(call, terms),
    // A reader sees what was appended before it asked.
    async read(call) {
      await settled()
      return reader.submit(call, { priority: 'high', bytes: 0 })
    },
  })

  async function settled(): Promise<void> {
    if (writer.idle) return
    const done = writable()
    linger.end()
    await done
  }

  /** While the file cannot be written an entry waits. Any other failure goes to `onLost`, or the entry is read again at the next start. */
  function append(row: AttemptRow): void {
    appendRow(row).catch((error: unknown) => {
      if (error instanceof EngineError && error.code !== 'closed') setTimeout(() => append(row), waitMs).unref()
    })
  }

  return {
    ...methods,
    append: (entry) => append(attemptRow(entry)),
    settled,
    async writable() {
      const done = writable()
      linger.end()
      await done
    },
  }
}
