import { append } from './append.ts'
import { attempts } from './attempts.ts'
import { expunge } from './expunge.ts'
import { hideOldHeaders } from './hide-old-headers.ts'
import { highWater } from './high-water.ts'
import { endings, summary } from './summary.ts'
import { sweep } from './sweep.ts'

/** Every method of the ledger that works on its file. */
export const ledgerMethods = {
  ...append,
  ...attempts,
  ...summary,
  ...endings,
  ...highWater,
  ...expunge,
  ...hideOldHeaders,
  ...sweep,
}
