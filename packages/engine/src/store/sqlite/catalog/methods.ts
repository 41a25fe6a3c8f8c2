import { audit } from './audit.ts'
import { load } from './load.ts'
import { write } from './write.ts'

/** Every method of the catalog. */
export const catalogMethods = { ...load, ...write, ...audit }
