import type { AttemptQuery } from '../../ledger.ts'
import { Conditions } from '../file/conditions.ts'

/** The filters of a query as conditions on rows of `attempt`. */
export function filterOf(query: AttemptQuery): Conditions {
  const where = new Conditions()
  where.and('app = ?', query.app)
  if (query.endpoint !== null) where.and('endpoint = ?', query.endpoint)
  if (query.message !== null) where.and('message = ?', query.message)
  if (query.eventTypes) where.anyOf('event_type', query.eventTypes)
  if (query.results) where.anyOf('result', query.results)
  if (query.code !== null) where.and('code = ?', query.code)
  if (query.codeClass !== null) where.and('code >= ? AND code < ?', query.codeClass * 100, query.codeClass * 100 + 100)
  if (query.channel !== null)
    where.and("EXISTS (SELECT 1 FROM json_each(detail, '$.channels') WHERE value = ?)", query.channel)
  if (query.tag !== null) where.and("EXISTS (SELECT 1 FROM json_each(detail, '$.tags') WHERE value = ?)", query.tag)
  if (query.after !== null) where.and('started_at >= ?', query.after)
  if (query.before !== null) where.and('started_at < ?', query.before)
  if (query.cursor !== null) where.and(query.order === 'ascending' ? 'id > ?' : 'id < ?', query.cursor)
  return where
}
