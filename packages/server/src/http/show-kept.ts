import { answerOf, completed, type Fields } from '@posthorn/model'

/**
 * Presents the row of a noun that a write gave. For a repeat it is the row that was kept, perhaps by an older version of this
 * program; the fields that it lacks get their defaults.
 */
export function showKept<F extends Fields>(
  fields: F,
): (row: Parameters<typeof completed<F>>[1]) => ReturnType<ReturnType<typeof answerOf<F>>> {
  const show = answerOf(fields)
  return (row) => show(completed(fields, row))
}
