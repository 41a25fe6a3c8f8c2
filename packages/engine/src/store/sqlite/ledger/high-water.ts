import type { Ledger } from '../../ledger.ts'
import { read } from '../method.ts'

export const highWater = {
  highWater: read<Ledger['highWater']>((database) => {
    const select = database.prepare("SELECT value FROM meta WHERE key = 'high_water'")
    return () => Number(select.get()?.value ?? 0)
  }),
}
