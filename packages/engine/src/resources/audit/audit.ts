import type { Engine } from '../../engine.ts'
import { readPage } from '../pages.ts'
import type { ResourceParts } from '../parts.ts'

export function audit({ directory, catalog }: ResourceParts): Engine['audit'] {
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
