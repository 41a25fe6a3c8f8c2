/** The exit codes of every command. */
export const exitCodes = {
  ok: 0,
  no: 1,
  usage: 2,
  unable: 3,
  bug: 70,
  /** EX_TEMPFAIL of sysexits.h: "try again later". */
  lost: 75,
} as const

/** What each of them means, for `posthorn --help` and the documentation. */
export const exitCodeMeanings: Readonly<Record<keyof typeof exitCodes, string>> = {
  ok: 'done',
  no: 'the answer is no: not a 2xx, not verified, a delivery failed, a check found problems',
  usage: 'wrong arguments or settings; nothing was done',
  unable: 'could not be done: no connection, port in use, file not readable, store locked',
  bug: 'a bug in this program',
  lost: 'the connection was lost and did not come back; try again later',
}
