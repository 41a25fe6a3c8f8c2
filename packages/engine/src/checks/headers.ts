import { isHeaderName, isTransportHeader, type CompiledDialect } from '@posthorn/wire'
import { EngineError } from '../errors.ts'

const headerText = /^[\x20-\x7e]*$/
const maxHeaderBytes = 8192

/** Headers that belong to the connection, to the body, to Posthorn, or to every dialect of Standard Webhooks. */
function isReservedHeader(lower: string): boolean {
  return isTransportHeader(lower) || /^(?:user-agent$|accept-encoding$|webhook-|svix-)/.test(lower)
}

/** Headers that clouds and gateways write or act on. The Svix API refuses them too. */
function isPlatformHeader(lower: string): boolean {
  return /^x-(?:svix|amzn?|google)-/.test(lower)
}

/**
 * Header injection (H1) and reserved headers (H2) are refused at create: a throw at delivery would be a poison delivery.
 *
 * @param stored what the endpoint has already: an older version took headers of platforms, and they stay
 */
export function checkHeaders(
  headers: Readonly<Record<string, string>>,
  dialect: CompiledDialect,
  stored: Readonly<Record<string, string>> = {},
): void {
  const seen = new Set<string>()
  for (const [name, value] of Object.entries(headers)) {
    const field = `headers.${name.slice(0, 64)}`
    const refuse = (message: string): EngineError => new EngineError('header_refused', message, { field })
    if (!isHeaderName(name))
      throw refuse(
        `${JSON.stringify(name.slice(0, 64))} is no header name: use letters, digits and - (RFC 9110, 5.6.2).`,
      )
    const lower = name.toLowerCase()
    if (seen.has(lower)) throw refuse(`The header ${name} is there twice, in two spellings. Keep one.`)
    seen.add(lower)
    if (!headerText.test(value))
      throw refuse(
        `The value of the header ${name} has a line break or another character that is not printable ASCII. Take it out.`,
      )
    if (value !== value.trim())
      throw refuse(`The value of the header ${name} begins or ends with a space, which receivers remove. Take it out.`)
    if (value.length > maxHeaderBytes)
      throw refuse(`The value of the header ${name} is longer than ${maxHeaderBytes} bytes.`)
    if (isReservedHeader(lower))
      throw refuse(`The header ${name} is reserved: Posthorn or the connection writes it. Use another name.`)
    if (isPlatformHeader(lower) && !(Object.hasOwn(stored, name) && stored[name] === value))
      throw refuse(`The header ${name} is reserved: cloud platforms and gateways write and read it. Use another name.`)
    if (dialect.reservedHeaders.includes(lower))
      throw refuse(`The header ${name} is reserved: the dialect ${dialect.dialect.name} writes it. Use another name.`)
  }
}
