import { createCipheriv, createDecipheriv } from 'node:crypto'
import { EngineError } from '../errors.ts'

/**
 * Encrypts what is secret at rest: AES-256-GCM with a random nonce. The place of a value (`endpoint|ep_1|secret`) is
 * authenticated with it, so that a row's ciphertext is worth nothing in another row.
 */
export interface SecretBox {
  seal(place: string, text: string): string
  /** @throws EngineError `database_refused`: sealed with another key, for another place, or altered */
  open(place: string, sealed: string): string
}

/** Names the format and the key; a second key would be `k2`. */
const version = 'k1'
const nonceBytes = 12
const tagBytes = 16

/** @param key 32 bytes @param randomBytes draws a nonce */
export function secretBox(key: Uint8Array, randomBytes: (count: number) => Uint8Array): SecretBox {
  return {
    seal(place, text) {
      const nonce = randomBytes(nonceBytes)
      const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes })
      cipher.setAAD(Buffer.from(`${version}|${place}`))
      const sealed = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()])
      return `${version}.${sealed.toString('base64')}`
    },
    open(place, sealed) {
      try {
        const [prefix, data = ''] = sealed.split('.')
        const bytes = Buffer.from(data, 'base64')
        if (prefix !== version || bytes.length < nonceBytes + tagBytes) throw new Error('not a sealed value')
        const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, nonceBytes), {
          authTagLength: tagBytes,
        })
        decipher.setAAD(Buffer.from(`${version}|${place}`))
        decipher.setAuthTag(bytes.subarray(-tagBytes))
        return decipher.update(bytes.subarray(nonceBytes, -tagBytes), undefined, 'utf8') + decipher.final('utf8')
      } catch (cause) {
        const text =
          'A stored secret cannot be read with this secret key. Start with the POSTHORN_SECRET_KEY that the data folder was made with.'
        throw new EngineError('database_refused', text, { cause })
      }
    },
  }
}

/** The 32 bytes of a key as it is configured. @throws EngineError `invalid` */
export function parseSecretKey(text: string): Uint8Array {
  const key = Buffer.from(text, 'base64')
  if (key.length !== 32 || key.toString('base64') !== text.trim())
    throw new EngineError(
      'invalid',
      'The secret key must be 32 bytes in base64. Make one with: node -p "crypto.randomBytes(32).toString(\'base64\')"',
      { field: 'secretKey' },
    )
  return key
}
