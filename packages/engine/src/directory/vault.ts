import type { Clock } from '../clock.ts'
import type { ApplicationEntry, EndpointEntry } from './entries.ts'
import { claimPlace, fileTokenPlace, headersPlace, keyPlace, secretPlace, type SealedSecrets } from './places.ts'
import { pendingAt, signingAt } from './rotation.ts'
import type { SecretBox } from './secrets.ts'

/** Opened secrets that are kept. When there are more, the cache is emptied: opening again costs microseconds. */
const mostOpened = 10_000

/**
 * Every secret of the directory, opened and sealed. Secrets are encrypted at rest and opened when a request is signed or an
 * administrator asks; each is opened once.
 */
export class Vault {
  readonly #box: SecretBox
  readonly #clock: Clock
  /** By the sealed text. */
  readonly #opened = new Map<string, string>()

  constructor(box: SecretBox, clock: Clock) {
    this.#box = box
    this.#clock = clock
  }

  /** The secrets that sign at a moment, newest first. @throws EngineError `database_refused` */
  signing({ place, secrets }: SealedSecrets, at: number = this.#clock.now()): string[] {
    return signingAt(secrets, at).map((secret) => this.open(place, secret.sealed))
  }

  /** Every secret of an endpoint's own that signs or will sign. */
  keptSecretsOf({ endpoint, secrets }: EndpointEntry): string[] {
    return this.#kept({ place: secretPlace(endpoint.id), secrets })
  }

  /** Every key of an application that signs or will sign. */
  keptKeysOf({ application, keys }: Pick<ApplicationEntry, 'application' | 'keys'>): string[] {
    return this.#kept({ place: keyPlace(application.id), secrets: keys })
  }

  #kept({ place, secrets }: SealedSecrets): string[] {
    const now = this.#clock.now()
    return secrets.filter(({ until }) => until === null || until > now).map((secret) => this.open(place, secret.sealed))
  }

  /** The newest secret of its own; `from`: when it takes over, `null`: it signs already. */
  newestSecretOf({ endpoint, secrets }: EndpointEntry): { secret: string; from: number | null } | null {
    const [newest] = secrets
    if (!newest) return null
    const secret = this.open(secretPlace(endpoint.id), newest.sealed)
    return { secret, from: pendingAt(secrets, this.#clock.now())?.from ?? null }
  }

  /** The keys of an application that sign now, newest first. */
  keysOf({ application, keys }: Pick<ApplicationEntry, 'application' | 'keys'>): string[] {
    return this.signing({ place: keyPlace(application.id), secrets: keys })
  }

  /** The key that takes over at a stated moment. */
  pendingKeyOf({ application, keys }: Pick<ApplicationEntry, 'application' | 'keys'>): {
    key: string
    from: number
  } | null {
    const pending = pendingAt(keys, this.#clock.now())
    return pending && { key: this.open(keyPlace(application.id), pending.sealed), from: pending.from }
  }

  sealSecret(endpoint: string, secret: string): string {
    return this.#box.seal(secretPlace(endpoint), secret)
  }

  sealKey(app: string, key: string): string {
    return this.#box.seal(keyPlace(app), key)
  }

  /** Headers may hold credentials; `null`: there are none. */
  sealHeaders(endpoint: string, headers: Readonly<Record<string, string>>): string | null {
    if (Object.keys(headers).length === 0) return null
    return this.#box.seal(headersPlace(endpoint), JSON.stringify(headers))
  }

  /** Read once, when the directory is loaded: not kept here. */
  openHeaders(endpoint: string, sealed: string | null): Record<string, string> {
    if (sealed === null) return {}
    return JSON.parse(this.#box.open(headersPlace(endpoint), sealed)) as Record<string, string>
  }

  sealClaim(operation: string, claim: string): string {
    return this.#box.seal(claimPlace(operation), claim)
  }

  openClaim(operation: string, sealed: string): string {
    return this.open(claimPlace(operation), sealed)
  }

  sealFileToken(operation: string, token: string): string {
    return this.#box.seal(fileTokenPlace(operation), token)
  }

  openFileToken(operation: string, sealed: string): string {
    return this.open(fileTokenPlace(operation), sealed)
  }

  open(place: string, sealed: string): string {
    let secret = this.#opened.get(sealed)
    if (secret === undefined) {
      secret = this.#box.open(place, sealed)
      if (this.#opened.size >= mostOpened) this.#opened.clear()
      this.#opened.set(sealed, secret)
    }
    return secret
  }
}
