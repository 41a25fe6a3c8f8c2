/** A time of the engine (milliseconds since 1970) as the API shows it: `2026-11-22T14:00:00.000Z`. */
export const isoTime = (ms: number): string => new Date(ms).toISOString()

export const isoTimeOrNull = (ms: number | null): string | null => (ms === null ? null : isoTime(ms))
