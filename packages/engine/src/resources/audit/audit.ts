import type { AuditEntry } from '@posthorn/model'
import { readPage, type Page, type PageOptions } from '../pages.ts'
import type { ResourceParts } from '../parts.ts'

/** The audit log. */
export interface AuditResource {
  list(org: string, options?: PageOptions & { readonly app?: string }): Promise<Page<AuditEntry>>
}

export function audit({ directory, catalog }: ResourceParts): AuditResource {
  return {
    async list(org, options = {}) {
      const app = options.app === undefined ? null : directory.application(org, options.app).application.id
      return readPage(
        options,
        (row) => row.id,
        (page) => catalog.audit({ org, app, ...page }),
      )
    },
  }
}
