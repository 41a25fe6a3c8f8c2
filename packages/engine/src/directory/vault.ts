import type { Clock } from '../clock.ts'
import type { ApplicationEntry, EndpointEntry } from './entries.ts'
import { claimPlace, fileTokenPlace, headersPlace, keyPlace, secretPlace, type SealedSecrets } from './places.ts'
import type { SealedSecret } from '../store/catalog.ts'
import { signingAt, standingAt, type Standing } from './rotation.ts'
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

  /** Which secret signs now, and which one comes after it. */
  standing({ place, secrets }: SealedSecrets): Standing<string> {
    const { current, next, previousUntil } = standingAt(secrets, this.#clock.now())
    const opened = (secret: SealedSecret | null): string | null => secret && this.open(place, secret.sealed)
    return { current: opened(current), next: next && { ...next, secret: opened(next.secret) }, previousUntil }
  }

  /** The same of the key of an application. */
  standingKey({ application, keys }: Pick<ApplicationEntry, 'application' | 'keys'>): Standing<string> {
    return this.standing({ place: keyPlace(application.id), secrets: keys })
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
