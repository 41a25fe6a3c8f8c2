/** Statements on rows of work that several methods need. `message` holds the id of a message or of a batch. */
export const workRows = {
  /** Ends a claim. Changes nothing when another epoch or generation has the row. */
  finish: 'DELETE FROM work WHERE target = ? AND due = ? AND message = ? AND epoch = ? AND generation = ?',
  /** Ends a row that is known to be there, whatever its claim. */
  remove: 'DELETE FROM work WHERE target = ? AND due = ? AND message = ?',
  /** A row that is not a first attempt: `again` puts it into the index by message. */
  insertAgain: `INSERT INTO work (target, due, message, app, epoch, generation, failures, manual, crashes, again, pushed_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, 0, 0, 1, ?)`,
} as const
