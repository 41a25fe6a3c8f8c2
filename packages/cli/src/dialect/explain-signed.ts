import type { CompiledDialect, RequestLike } from '@posthorn/wire'
import { printable } from '../show/printable.ts'

/** The request to explain. */
interface Explained extends Pick<RequestLike, 'method' | 'url'> {
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: Uint8Array | null
}

/** For each signature of a dialect: header, algorithm and key, and the exact text that is signed. */
export function explainSigned(compiled: CompiledDialect, request: Explained): string {
  const { signatures } = compiled.reading
  if (signatures.length === 0) return `${compiled.dialect.title} does not sign.\n`
  const lines = signatures.flatMap((compiledSignature) => {
    const { signature } = compiledSignature
    const over = signature.over.map((part) => (typeof part === 'string' ? JSON.stringify(part) : part.$)).join(' + ')
    const wire = {
      text: (field: string) => textOnWire(compiled, request, field) ?? `<${field} is missing>`,
      body: request.body,
      url: request.url ?? '',
      method: request.method ?? '',
    }
    return [
      `header     ${signature.header}`,
      `algorithm  ${signature.algorithm}, ${signature.encoding}; the secret is read as ${signature.key.encoding}`,
      `signed     ${over}`,
      `which is   ${shown(compiledSignature.pieces(wire))}`,
    ]
  })
  return `${lines.join('\n')}\n`
}

/** The text of a field in a header, in the query, or beside the signature. */
function textOnWire(compiled: CompiledDialect, request: Explained, field: string): string | undefined {
  const { headers, query, signatures } = compiled.reading
  for (const { name, prefix, lens } of headers) {
    if (lens.slot.$ === field) return header(request, name)?.slice(prefix.length)
  }
  for (const { name, prefix, lens } of query) {
    if (lens.slot.$ === field)
      return new URL(request.url ?? '', 'http://localhost').searchParams.get(name)?.slice(prefix.length)
  }
  for (const { signature } of signatures) {
    if (field !== 'sentAt' || !('pairs' in signature.format)) continue
    const { separator, time } = signature.format.pairs
    const pair = header(request, signature.header)
      ?.split(separator)
      .find((text) => text.trim().startsWith(`${time}=`))
    if (time !== undefined && pair !== undefined) return pair.trim().slice(time.length + 1)
  }
  return undefined
}

function header(request: Explained, name: string): string | undefined {
  return request.headers.find(([given]) => given.toLowerCase() === name.toLowerCase())?.[1]
}

function shown(pieces: readonly (string | Uint8Array)[]): string {
  const bytes = Buffer.concat(pieces.map((piece) => (typeof piece === 'string' ? Buffer.from(piece) : piece)))
  const text = bytes.toString('utf8')
  const exact = Buffer.from(text).equals(bytes) ? '' : ', not all of it UTF-8'
  return `${printable(text.replaceAll('\n', '\\n').replaceAll('\t', '\\t'))}\n           (${bytes.length} bytes${exact})`
}
