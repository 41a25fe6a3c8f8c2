import type { Catalog } from '../../catalog.ts'
import { read } from '../method.ts'
import { readApplications } from './application.ts'
import { readDialects } from './dialect.ts'
import { readEndpoints } from './endpoint.ts'
import { readEventTypes } from './event-type.ts'
import { readOrganisations } from './versions.ts'

export const load = {
  load: read<Catalog['load']>((database) => {
    const organisations = readOrganisations(database)
    const applications = readApplications(database)
    const endpoints = readEndpoints(database)
    const eventTypes = readEventTypes(database)
    const dialects = readDialects(database)
    return () => ({
      organisations: organisations(),
      applications: applications(),
      endpoints: endpoints(),
      eventTypes: eventTypes(),
      dialects: dialects(),
    })
  }),
}
