import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { errorTable, operationTable, scopeTable } from './api.ts'
import { commandTable, exitCodeTable, variableTable } from './commands.ts'
import { dialectSections, dialectTable } from './dialects.ts'
import { fieldTables } from './fields.ts'
import { withPart } from './markers.ts'
import { settingsTable } from './settings.ts'

/** A part of a page that is generated from definitions in the code. */
interface Part {
  /** From the root of the repository. */
  readonly page: string
  /** As the comments around it name it. */
  readonly name: string
  readonly text: () => string
}

/** Every generated part. A new one is a line here and two comments in its page. */
const parts: readonly Part[] = [
  { page: 'docs/operating.md', name: 'settings', text: settingsTable },
  { page: 'docs/dialects.md', name: 'dialects', text: dialectSections },
  { page: 'packages/wire/README.md', name: 'dialects', text: dialectTable },
  { page: 'README.md', name: 'dialects', text: dialectTable },
  { page: 'docs/api.md', name: 'scopes', text: scopeTable },
  { page: 'docs/api.md', name: 'errors', text: errorTable },
  { page: 'docs/api.md', name: 'fields', text: fieldTables },
  { page: 'docs/api.md', name: 'operations', text: operationTable },
  { page: 'packages/cli/README.md', name: 'commands', text: commandTable },
  { page: 'packages/cli/README.md', name: 'exit codes', text: exitCodeTable },
  { page: 'packages/cli/README.md', name: 'variables', text: variableTable },
]

export interface Page {
  readonly file: string
  /** The page as it is, and as it must be. */
  readonly found: string
  readonly expected: string
}

const root = resolve(import.meta.dirname, '../..')

/** The pages that have generated parts. */
export function generatedPages(): Page[] {
  return [...Map.groupBy(parts, ({ page }) => page)].map(([page, ofPage]) => {
    const file = join(root, page)
    const found = readFileSync(file, 'utf8')
    return { file, found, expected: ofPage.reduce((text, part) => withPart(text, part.name, part.text()), found) }
  })
}
