import { isIP } from 'node:net'

/** Why a text is not an address or a CIDR range that names whole addresses; `null`: it is one. */
export function problemWithRange(text: string): string | null {
  if (!isRange(text))
    return `It must list addresses or CIDR ranges, such as 10.1.0.0/16 or 127.0.0.1; ${text} is neither.`
  if (namesWholeRange(text)) return null
  return `${text} has bits set after its prefix. Clear them to name the whole range, such as 10.0.0.0/8, or leave out the prefix to name one address.`
}

function isRange(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/')
  const family = isIP(address)
  // A zone (`%eth0`) is not part of an address that can be compared.
  if (family === 0 || address.includes('%') || more.length > 0) return false
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128))
}

/** Whether the bits after the prefix are clear. If not, the range is mistyped, and the engine would refuse it. */
function namesWholeRange(text: string): boolean {
  const [address = '', bits] = text.split('/')
  if (bits === undefined) return true
  return addressBits(address).slice(Number(bits)).search('1') === -1
}

/** An address as 32 or 128 binary digits. */
function addressBits(address: string): string {
  if (isIP(address) === 4)
    return address
      .split('.')
      .map((part) => binary(Number(part), 8))
      .join('')
  // The URL parser writes a dotted tail as two groups.
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::')
  const [before, after] = [groups(head), groups(tail ?? '')]
  return before + '0'.repeat(128 - before.length - after.length) + after
}

function groups(text: string): string {
  if (text === '') return ''
  return text
    .split(':')
    .map((group) => binary(Number.parseInt(group, 16), 16))
    .join('')
}

function binary(value: number, width: number): string {
  return value.toString(2).padStart(width, '0')
}
