import { checkOrganisation } from '../../checks/organisation.ts'
import type { Change } from '../../write-options.ts'
import { dialectNameOf } from '../../directory/endpoint-entry.ts'
import { isDeepStrictEqual } from 'node:util'
import { compile, parseDialect, WireError, type Dialect } from '@posthorn/wire'
import { organisationTurn } from '../../directory/write-turns.ts'
import { EngineError } from '../../errors.ts'
import { audited } from '../audit/audited.ts'
import type { ResourceParts } from '../parts.ts'
import { checkCondition, tagOf } from '../../checks/tag.ts'
import { dialectAnswer, type DialectInfo } from './dialect-info.ts'

/** Wire formats: those that everybody shares, and those that an organisation defined. */
export interface DialectResource {
  list(org: string): readonly DialectInfo[]
  /** `version`: of an own dialect; the newest when absent. */
  get(org: string, name: string, version?: number): DialectInfo
  /** Defines a dialect, or the next version of it; what is the same as the newest version changes nothing. */
  put(
    org: string,
    name: string,
    definition: unknown,
    write?: Change,
  ): Promise<DialectInfo & { readonly created: boolean }>
  delete(org: string, name: string, write?: Change): Promise<void>
}

export function dialects(parts: ResourceParts): DialectResource {
  const { directory, clock } = parts

  function info(org: string, name: string, version: number | null = null): DialectInfo {
    return {
      dialect: parts.dialects.find(org, name, version),
      readOnly: parts.dialects.isReadOnly(org, name),
      versions: parts.dialects.versions(org, name).map((row) => row.version),
    }
  }

  function conditionHolds(org: string, shown: DialectInfo | null, write: Change = {}): Promise<void> {
    const tag = shown && tagOf(dialectAnswer(shown))
    return checkCondition(directory.writes, { kind: 'organisation', id: org }, write, tag)
  }

  function refuseReadOnly(org: string, name: string): void {
    if (!parts.dialects.isReadOnly(org, name)) return
    throw new EngineError(
      'read_only',
      `The dialect ${name} comes with the program or a preset and is everybody's, so it cannot be changed. Define one of another name.`,
    )
  }

  /**
   * Runs in the turn of every application of an organisation, in the order of their ids: none of them takes up a dialect in the
   * meantime, and an application that comes waits for its own turn, which is that of the dialects.
   */
  function exclusivelyInAll<T>(org: string, work: () => Promise<T>): Promise<T> {
    return directory.writes.exclusively(organisationTurn(org), () =>
      directory.applications(org).reduce(
        (inner, { id }) =>
          () =>
            directory.writes.exclusively(id, inner),
        work,
      )(),
    )
  }

  /** Applications and endpoints that speak it now. */
  function usersOf(org: string, name: string): string[] {
    return directory.applications(org).flatMap(({ id }) => {
      const app = directory.application(org, id)
      const endpoints = [...app.endpoints.values()].filter(
        ({ endpoint }) => dialectNameOf(app, endpoint) === name || endpoint.secondary?.dialect === name,
      )
      return [...(dialectNameOf(app, null) === name ? [id] : []), ...endpoints.map(({ endpoint }) => endpoint.id)]
    })
  }

  return {
    list: (org) => parts.dialects.list(org).map(({ dialect }) => info(org, dialect.name)),
    get: (org, name, version) => info(org, name, version ?? null),

    put(org, name, definition, write) {
      return directory.writes.exclusively(organisationTurn(org), async () => {
        checkOrganisation(directory, org)
        refuseReadOnly(org, name)
        const newest = parts.dialects.versions(org, name).at(-1)
        await conditionHolds(org, newest ? info(org, name) : null, write)
        const dialect = asDialect(name, definition, newest?.version ?? 0)
        if (newest && isDeepStrictEqual({ ...newest.definition, version: 0 }, { ...dialect, version: 0 }))
          return { ...info(org, name), created: false }
        const { version } = dialect
        const row = { org, name, version, definition: dialect, createdAt: clock.now() }
        await directory.writes.writeAll([
          { kind: 'dialect', row },
          audited(parts, write, { org, app: null, action: 'dialect.defined', target: name, detail: { version } }),
        ])
        return { ...info(org, name), created: version === 1 }
      })
    },

    async delete(org, name, write) {
      await exclusivelyInAll(org, async () => {
        refuseReadOnly(org, name)
        if (parts.dialects.newest(org, name) === null) throw parts.dialects.unknown(org, name)
        await conditionHolds(org, info(org, name), write)
        const users = usersOf(org, name)
        if (users.length > 0)
          throw new EngineError(
            'in_use',
            `The dialect ${name} is spoken by ${users.slice(0, 5).join(', ')}${users.length > 5 ? ` and ${users.length - 5} more` : ''}. Give them another one first.`,
          )
        await directory.writes.writeAll([
          { kind: 'delete_dialect', org, name },
          audited(parts, write, { org, app: null, action: 'dialect.deleted', target: name }),
        ])
      })
    },
  }
}

/**
 * A definition as a dialect of this name and of the version after `newest`. Name and version may be left out of it: they are
 * in the address and counted here. @throws EngineError `dialect_refused` with every place and reason
 */
function asDialect(name: string, definition: unknown, newest: number): Dialect {
  const isObject = typeof definition === 'object' && definition !== null && !Array.isArray(definition)
  if (!isObject) throw new EngineError('dialect_refused', 'A dialect is a JSON object.', { field: 'definition' })
  const given = definition as Partial<Dialect>
  if (given.name !== undefined && given.name !== name)
    throw new EngineError(
      'dialect_refused',
      `The dialect is ${name} in the address and ${JSON.stringify(given.name).slice(0, 80)} in the definition. Leave the name out of the definition, or give the same one.`,
      { field: 'name' },
    )
  if (given.version !== undefined && given.version !== newest && given.version !== newest + 1)
    throw new EngineError(
      'dialect_refused',
      `The next version of ${name} is ${newest + 1}; this says ${JSON.stringify(given.version)}. Leave it out: versions are counted here.`,
      { field: 'version' },
    )
  try {
    return compile(parseDialect({ ...given, name, version: newest + 1 })).dialect
  } catch (error) {
    if (!(error instanceof WireError)) throw error
    throw new EngineError('dialect_refused', error.message, {
      field: error.problems[0]?.path ?? 'definition',
      problems: error.problems,
      cause: error,
    })
  }
}
