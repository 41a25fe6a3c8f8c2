/**
 * Width of the terminal that standard output is; `null` when it is a file or a pipe. The width of `Io` is a default there,
 * for help; a table that goes to another program must not be cut.
 */
export function terminalWidth(): number | null {
  return process.stdout.isTTY ? process.stdout.columns : null
}
