import type { OperationStore } from '../../operation-store.ts'
import { read } from '../method.ts'
import { targetsWithWork } from '../queue/targets-with-work.ts'

export const callbacks = {
  callbacks: read<OperationStore['callbacks']>((database) => {
    const select = database.prepare(
      `${targetsWithWork}
      SELECT id, app, callback_url, sealed_claim FROM lane JOIN operation ON operation.id = lane.target
      WHERE state <> 'expired'`,
    )
    return () =>
      select.all().map((row) => ({
        id: String(row.id),
        app: String(row.app),
        url: String(row.callback_url),
        sealedClaim: String(row.sealed_claim),
      }))
  }),
}
