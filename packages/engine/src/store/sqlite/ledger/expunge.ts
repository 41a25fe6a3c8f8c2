import { expungedResponse, type Ledger } from '../../ledger.ts'
import { write } from '../method.ts'
import type { LedgerFile } from './ledger-file.ts'

export const expunge = {
  expungeContent: write<LedgerFile, Ledger['expungeContent']>(({ database }) => {
    // Only what went over the wire is forgotten: the address, the error and the outcome stay.
    const update = database.prepare(
      `UPDATE attempt SET detail = json_set(detail, '$.request', NULL, '$.response', json(?)) WHERE app = ? AND id = ?`,
    )
    return (app, id) => update.run(JSON.stringify(expungedResponse), app, id).changes === 1
  }),
}
