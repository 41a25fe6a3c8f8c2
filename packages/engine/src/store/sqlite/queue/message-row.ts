import type { SQLOutputValue } from 'node:sqlite'
import type { StoredMessage } from '../../queue.ts'

type Row = Record<string, SQLOutputValue>

/** What few messages have stands in one column of JSON, `null` for the rest. */
interface Detail {
  readonly channels?: readonly string[]
  readonly tags?: readonly string[]
  readonly params?: Readonly<Record<string, string>>
  readonly deliverAt?: number
  readonly platform?: string
}

export function detailOf(message: StoredMessage): string | null {
  const { channels, tags, params, deliverAt, platform } = message
  const hasParams = Object.keys(params).length > 0
  if (!channels && !tags && !hasParams && deliverAt === null && platform === null) return null
  const detail: Detail = {
    ...(channels && { channels }),
    ...(tags && { tags }),
    ...(hasParams && { params }),
    ...(deliverAt !== null && { deliverAt }),
    ...(platform !== null && { platform }),
  }
  return JSON.stringify(detail)
}

export function storedMessage(row: Row): StoredMessage {
  const detail = typeof row.detail === 'string' ? (JSON.parse(row.detail) as Detail) : {}
  return {
    id: String(row.id),
    app: String(row.app),
    eventType: String(row.event_type),
    eventId: typeof row.event_id === 'string' ? row.event_id : null,
    payload: typeof row.payload === 'string' ? row.payload : null,
    channels: detail.channels ?? null,
    tags: detail.tags ?? null,
    params: detail.params ?? {},
    platform: detail.platform ?? null,
    occurredAt: Number(row.occurred_at),
    acceptedAt: Number(row.accepted_at),
    deliver: row.deliver === 1,
    deliverAt: detail.deliverAt ?? null,
    targets: JSON.parse(String(row.targets)) as string[],
  }
}
