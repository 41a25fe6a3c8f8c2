import { apiAccess, type ApiAccess } from '../api/access.ts'
import { readRows, type Page, type PageQuery, type Rows } from '../api/rows.ts'
import { exitCodes } from '../process/exit-codes.ts'
import type { Io } from '../process/io.ts'
import { cellText } from '../show/printable.ts'
import { showTable, type Cell, type Column } from '../show/table.ts'
import { apiWords, type ApiOptions } from './api-words.ts'
import { command, type CliCommand, type Given } from './command.ts'
import { moreText, pagingOptions, printJsonRows, type PagingOptions } from './paging.ts'
import type { Words } from './words.ts'

/** A column, and what it shows of a row. A text is made printable; a cell is shown as it is. */
interface ListColumn<Row> extends Column {
  readonly cell: (row: Row) => string | Cell
  /** Its place among the columns that become narrower in a narrow terminal: 1 is the first. */
  readonly narrowed?: number
}

/** What a list command says of its own. */
export interface ListDefinition<Options, Row> extends Words {
  /** It has `--limit` and `--iterator`. Without them all rows are printed. */
  readonly paged?: true
  readonly page: (access: ApiAccess, query: PageQuery, given: Given<ApiOptions & Options>) => Promise<Page<Row>>
  readonly columns: readonly ListColumn<Row>[]
  /** Printed instead of an empty table. */
  readonly empty?: string
}

/** A command that prints a list of the API: a table for people, one JSON object per line with `--json`. */
export function listCommand<Row, Options = object>(definition: ListDefinition<Options, Row>): CliCommand {
  const { paged, page, columns, empty } = definition
  const options = [...(definition.options ?? []), ...(paged ? pagingOptions : [])]
  return command<ApiOptions & Partial<PagingOptions> & Options>({
    ...apiWords({ ...definition, options }, 'print one JSON object per line'),
    async run(given) {
      const { io } = given
      const access = await apiAccess(given.options, io)
      const rows = await readRows((query) => page(access, query, given), given.options)
      if (given.options.json) printJsonRows(rows, io)
      else if (rows.rows.length === 0 && empty !== undefined) io.out(`${empty}\n`)
      else io.out(tableOf(rows, columns, io))
      return exitCodes.ok
    },
  })
}

function tableOf<Row>(rows: Rows<Row>, columns: readonly ListColumn<Row>[], io: Io): string {
  const giving = columns
    .flatMap(({ narrowed }, index) => (narrowed === undefined ? [] : [{ narrowed, index }]))
    .toSorted((a, b) => a.narrowed - b.narrowed)
    .map(({ index }) => index)
  const cells = rows.rows.map((row) =>
    columns.map(({ cell }) => {
      const shown = cell(row)
      return typeof shown === 'string' ? { text: cellText(shown) } : shown
    }),
  )
  return showTable(columns, giving, cells, io) + moreText(rows, io)
}
