import { errorCodes, routes, scopes, type Route } from '@posthorn/api'
import { code, table } from './markdown.ts'

/** docs/api.md: every scope. */
export function scopeTable(): string {
  return table(
    ['scope', 'allows to'],
    Object.entries(scopes).map(([name, meaning]) => [code(name), meaning]),
  )
}

/** docs/api.md: every error code. */
export function errorTable(): string {
  const rows = Object.entries(errorCodes).map(([name, { status, when }]) => [String(status), code(name), when])
  return table(['status', 'code', 'when'], rows)
}

const tokens: Readonly<Record<Route['access'], string>> = {
  public: 'none',
  organization: 'organisation',
  application: 'either',
}

/** docs/api.md: every operation, with the token and scope that it needs. */
export function operationTable(): string {
  const rows = [...Map.groupBy<string, Route>(routes, ({ operationId }) => operationId.split('.')[0] ?? '')].flatMap(
    ([resource, ofResource]) => [
      [`**${resourceTitle(resource)}**`, '', '', ''],
      ...ofResource.map(({ method, path, summary, access, scope }) => [
        code(`${method} ${path.replace('/api/v1', '')}`),
        summary,
        tokens[access],
        scope === null ? '' : code(scope),
      ]),
    ],
  )
  return table(['operation', 'what it does', 'token', 'scope'], rows)
}

/** `signingKey` is `Signing key`. */
function resourceTitle(resource: string): string {
  const words = resource.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
  return words.charAt(0).toUpperCase() + words.slice(1)
}
