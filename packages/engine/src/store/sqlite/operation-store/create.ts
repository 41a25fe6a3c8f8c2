import type { OperationStore } from '../../operation-store.ts'
import { write } from '../method.ts'
import type { QueueFile } from '../queue/queue-file.ts'

export const create = {
  create: write<QueueFile, OperationStore['create']>(
    ({ database, answers, versions }) => {
      const insert = database.prepare(
        `INSERT INTO operation
          (id, app, kind, state, callback_url, metadata, lasts_ms, claim_hash, sealed_claim, created_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      return ({ operation, lastsMs, claimHash, sealedClaim }, idempotency) => {
        const replay = answers.find(idempotency)
        if (replay) return replay
        const { id, app, kind, state, callbackUrl, metadata, createdAt } = operation
        if (versions.of({ kind: 'application', id: app }) === 0) return { state: 'missing' }
        const more = JSON.stringify(metadata)
        insert.run(id, app, kind, state, callbackUrl, more, lastsMs, claimHash, sealedClaim, createdAt)
        answers.keep(idempotency)
        return { state: 'created' }
      }
    },
    { priority: 'low' },
  ),
}
