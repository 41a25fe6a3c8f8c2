/** The last millisecond of the year 9999: later years have more digits than receivers of ISO 8601 times read. */
export const latestTimeMs = Date.UTC(9999, 11, 31, 23, 59, 59, 999)
