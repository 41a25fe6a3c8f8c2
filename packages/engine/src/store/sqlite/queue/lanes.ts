import type { Queue } from '../../queue.ts'
import { read } from '../method.ts'
import { targetsWithWork } from './targets-with-work.ts'

export const lanes = {
  lanes: read<Queue['lanes']>((database) => {
    const select = database.prepare(
      `${targetsWithWork}
      SELECT target,
        (SELECT due FROM work w WHERE w.target = lane.target ORDER BY due LIMIT 1) AS due,
        (SELECT app FROM work w WHERE w.target = lane.target ORDER BY due LIMIT 1) AS app
      FROM lane WHERE target IS NOT NULL`,
    )
    return () => select.all().map((row) => ({ target: String(row.target), due: Number(row.due), app: String(row.app) }))
  }),
}
