import type { AuditEntry } from '@posthorn/model'
import { justBelow } from '../iterators.ts'
import { readPage, type List, type Page, type PageOptions } from '../pages.ts'
import type { ResourceParts } from '../parts.ts'

/** The audit log. */
export interface AuditResource {
  list(org: string, options?: PageOptions & { readonly app?: string }): Promise<Page<AuditEntry>>
}

export function audit({ directory, catalog }: ResourceParts): AuditResource {
  return {
    async list(org, options = {}) {
      const app = options.app === undefined ? null : directory.application(org, options.app).application.id
      const list: List<AuditEntry> = {
        name: `audit ${app ?? org}`,
        key: (row) => row.id,
        async has(key) {
          const [next] = await catalog.audit({ org, app, cursor: justBelow(key), order: 'ascending', limit: 1 })
          return next?.id === key
        },
        read: async (page) => ({ rows: await catalog.audit({ org, app, ...page }) }),
      }
      return readPage(list, options)
    },
  }
}
