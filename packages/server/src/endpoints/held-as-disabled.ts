// The setting POSTHORN_HELD_AS_DISABLED. Clients of Svix see that an endpoint needs somebody in `disabled`, and know no `hold`.

/** An answer in which endpoints that are held are shown as disabled: one endpoint, or a page of them. Other answers stay as they are. */
export function heldAsDisabled(answer: unknown): unknown {
  if (typeof answer !== 'object' || answer === null) return answer
  if ('data' in answer && Array.isArray(answer.data)) return { ...answer, data: answer.data.map(heldAsDisabled) }
  return 'hold' in answer && answer.hold !== null ? { ...answer, disabled: true } : answer
}
