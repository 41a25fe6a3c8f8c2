import { applicationFields, completed, endpointFields, eventTypeFields } from '@posthorn/model'
import type { Catalog, CatalogContents } from '../store/catalog.ts'

/** Reads the catalog. Rows that an older version wrote lack the fields that came later; they get the defaults of these. */
export async function readCatalog(catalog: Pick<Catalog, 'load'>): Promise<CatalogContents> {
  const contents = await catalog.load()
  return {
    ...contents,
    applications: contents.applications.map((row) => ({
      ...row,
      application: completed(applicationFields, row.application),
    })),
    endpoints: contents.endpoints.map((row) => ({ ...row, endpoint: completed(endpointFields, row.endpoint) })),
    eventTypes: contents.eventTypes.map((row) => completed(eventTypeFields, row)),
  }
}
