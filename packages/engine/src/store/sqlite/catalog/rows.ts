import type { CatalogChange, CatalogWriteResult } from '../../catalog.ts'

/** Why a change cannot be made; it changes nothing. */
export type Refusal = Extract<CatalogWriteResult, { readonly state: 'missing' | 'conflict' }>

export const missing: Refusal = { state: 'missing' }

/** How one kind of change is refused and made. */
export interface ChangeOf<Change extends CatalogChange> {
  /** Looked at when the changes before it are made: an application and its endpoint come together. */
  readonly refusal: (change: Change) => Refusal | null
  readonly make: (change: Change) => void
}

/** The kinds of change that a table has, each with its own shape. */
export type ChangesOf<Kind extends CatalogChange['kind']> = {
  readonly [K in Kind]: ChangeOf<Extract<CatalogChange, { readonly kind: K }>>
}
