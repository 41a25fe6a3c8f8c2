import type { Ledger } from '../../ledger.ts'
import { write } from '../method.ts'
import { hourMs } from './hours.ts'
import type { LedgerFile } from './ledger-file.ts'

/** The oldest attempts: at most so many, and only what started before. */
const oldest =
  'seq IN (SELECT seq FROM (SELECT seq, started_at FROM attempt ORDER BY seq LIMIT ?) WHERE started_at < ?)'

export const sweep = {
  /** Totals lose what their attempts counted, so that they are at any time what counting rows gives. */
  sweep: write<LedgerFile, Ledger['sweep']>(({ database, totals }) => {
    // Rows that an earlier sweep left at zero.
    const removeEmpty = database.prepare('DELETE FROM total WHERE success = 0 AND failed = 0')
    const countOldest = database.prepare(
      `SELECT app, endpoint, started_at / ${hourMs} AS hour, count(*) FILTER (WHERE result = 'success') AS success,
        count(*) FILTER (WHERE result <> 'success') AS failed FROM attempt WHERE ${oldest} GROUP BY app, endpoint, hour`,
    )
    const removeOldest = database.prepare(`DELETE FROM attempt WHERE ${oldest}`)
    return (before, limit) => {
      removeEmpty.run()
      const gone = countOldest.all(limit, before)
      const { changes } = removeOldest.run(limit, before)
      for (const row of gone)
        totals.add({
          app: String(row.app),
          endpoint: String(row.endpoint),
          hour: Number(row.hour),
          success: -Number(row.success),
          failed: -Number(row.failed),
        })
      return Number(changes) === limit
    }
  }),
}
