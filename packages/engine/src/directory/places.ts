import type { SealedSecret } from '../store/catalog.ts'

/** Secrets with the place that they are sealed for: a secret that is copied to another row does not open there. */
export interface SealedSecrets {
  readonly place: string
  /** Newest first. */
  readonly secrets: readonly SealedSecret[]
}

// The places. A secret is sealed together with its place.

export function secretPlace(endpoint: string): string {
  return `endpoint|${endpoint}|secret`
}

export function keyPlace(app: string): string {
  return `application|${app}|key`
}

export function claimPlace(operation: string): string {
  return `operation|${operation}|claim`
}

export function fileTokenPlace(operation: string): string {
  return `operation|${operation}|file`
}

export function headersPlace(endpoint: string): string {
  return `endpoint|${endpoint}|headers`
}
