import { openApiDocument } from '@posthorn/api'
import {
  applicationFields,
  endpointFields,
  eventTypeFields,
  messageFields,
  operationFields,
  type Field,
  type Fields,
} from '@posthorn/model'
import { code, table } from './markdown.ts'

interface Schema {
  readonly type?: string | readonly string[]
  readonly format?: string
  readonly enum?: readonly unknown[]
  readonly items?: Schema
  readonly anyOf?: readonly Schema[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly $ref?: string
}

const { components } = openApiDocument() as { components: { schemas: Readonly<Record<string, Schema>> } }

/** Each noun with its bodies and its answer in `openapi.json`, which have the types. */
const nouns: readonly { title: string; fields: Fields; schemas: readonly string[]; puts: boolean }[] = [
  { title: 'Application', fields: applicationFields, schemas: ['ApplicationIn', 'ApplicationOut'], puts: true },
  { title: 'Endpoint', fields: endpointFields, schemas: ['EndpointIn', 'EndpointOut'], puts: true },
  { title: 'Event type', fields: eventTypeFields, schemas: ['EventTypeIn', 'EventTypeOut'], puts: true },
  { title: 'Message', fields: messageFields, schemas: ['MessageIn', 'MessageOut'], puts: false },
  { title: 'Operation', fields: operationFields, schemas: ['OperationIn', 'OperationOut'], puts: false },
]

/** docs/api.md: the fields of each noun that bodies give and answers show. */
export function fieldTables(): string {
  return nouns
    .flatMap(({ title, fields, schemas, puts }) => [
      `**${title}**`,
      table(
        ['field', 'type', 'set by', puts ? 'when a POST or PUT leaves it out' : 'when it is left out', 'meaning'],
        Object.entries(fields).flatMap(([key, definition]) => rowOf(key, definition, schemas)),
      ),
    ])
    .join('\n\n')
}

function rowOf(key: string, definition: Field, schemas: readonly string[]): string[][] {
  const { api = {}, description } = definition
  const name = api.name ?? key
  const type = schemas.map((schema) => components.schemas[schema]?.properties?.[name]).find(Boolean)
  if (!type) return []
  const aliases = (api.aliases ?? []).map((alias) => `Older name: ${code(alias.name)}.`)
  return [
    [
      code(name),
      typeWords(type),
      setByWords(definition),
      leftOutWords(definition),
      [description, ...aliases].join(' '),
    ],
  ]
}

function setByWords({ setBy }: Field): string {
  return setBy === 'engine' ? '' : setBy
}

function leftOutWords({ setBy, fixed, put, api = {}, ...definition }: Field): string {
  if (setBy === 'engine') return 'only in answers'
  const only = api.bodies?.length === 1 || fixed ? ', only in a POST' : ''
  const kept =
    put === 'keep' || (api.bodies && api.bodies.length > 1 && !api.bodies.includes('PUT')) ? ', a PUT keeps it' : ''
  if (definition.optional) return `see meaning${only}${kept}`
  return 'default' in definition ? `${code(JSON.stringify(definition.default))}${only}${kept}` : `required${only}`
}

/** A JSON schema in a few words: `list of string or null`. */
function typeWords(schema: Schema): string {
  if (schema.$ref) return typeWords(components.schemas[schema.$ref.split('/').at(-1) ?? ''] ?? {})
  if (schema.anyOf) return [...new Set(schema.anyOf.map(typeWords))].join(' or ')
  if (schema.enum) return schema.enum.map((value) => code(JSON.stringify(value))).join(' or ')
  if (schema.type === 'array') return `list of ${typeWords(schema.items ?? {})}`
  if (schema.format === 'date-time') return 'time'
  return [schema.type ?? 'any'].flat().join(' or ')
}
