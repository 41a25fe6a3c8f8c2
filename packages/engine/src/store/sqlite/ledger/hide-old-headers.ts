import type { Ledger } from '../../ledger.ts'
import { write } from '../method.ts'
import type { LedgerFile } from './ledger-file.ts'

type Pairs = readonly (readonly [string, string])[]

export const hideOldHeaders = {
  /** Goes from the newest row that an earlier version wrote to the oldest; how far it came is in the file, so a restart goes on. */
  hideOldHeaders: write<LedgerFile, Ledger['hideOldHeaders']>(
    ({ database }) => {
      const reached = database.prepare("SELECT value FROM meta WHERE key = 'clear_headers_up_to'")
      const reach = database.prepare("UPDATE meta SET value = ? WHERE key = 'clear_headers_up_to'")
      const rows = database.prepare(
        `SELECT seq, json_extract(detail, '$.request.headers') AS headers FROM attempt WHERE seq <= ? ORDER BY seq DESC LIMIT ?`,
      )
      const update = database.prepare(
        `UPDATE attempt SET detail = json_set(detail, '$.request.headers', json(?)) WHERE seq = ?`,
      )
      return (shown, limit) => {
        const upTo = Number(reached.get()?.value ?? 0)
        if (upTo === 0) return false
        const names = new Set(shown)
        const found = rows.all(upTo, limit)
        for (const { seq, headers } of found) {
          if (typeof headers !== 'string') continue
          const hidden = (JSON.parse(headers) as Pairs).map(([name, value]) => [
            name,
            names.has(name.toLowerCase()) ? value : '***',
          ])
          const text = JSON.stringify(hidden)
          if (text !== headers) update.run(text, Number(seq))
        }
        const more = found.length === limit
        reach.run(more ? Number(found.at(-1)?.seq) - 1 : 0)
        return more
      }
    },
    { priority: 'low' },
  ),
}
