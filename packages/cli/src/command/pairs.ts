import { CliError } from '../process/cli-error.ts'

/** The `name=value` texts of an option such as `--param`. */
export function pairs(option: string, texts: readonly string[] = []): Record<string, string> {
  return Object.fromEntries(
    texts.map((text) => {
      const at = text.indexOf('=')
      if (at < 1) throw new CliError(`${option} ${text}: there is no name and "=".`, `Write it as ${option} name=value`)
      return [text.slice(0, at), text.slice(at + 1)]
    }),
  )
}
