/** Payloads like those of a vendor: names, ids, amounts, times and a few lists, about 1 KB each, and each one different. */
const kinds = 256

/** Pseudo-random numbers that are the same in every run. */
function numbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

const words =
  'anchor birch cedar delta ember fjord grove harbor island juniper kestrel lantern meadow north orchard prairie quarry river summit timber umber valley willow yarrow'.split(
    ' ',
  )

/** Members of a payload without its braces. */
const members = Array.from({ length: kinds }, (_, kind) => {
  const next = numbers(kind + 1)
  const word = (): string => words[Math.floor(next() * words.length)]!
  const hex = (length: number): string => Array.from({ length }, () => Math.floor(next() * 16).toString(16)).join('')
  const text = JSON.stringify({
    customer: { id: `cus_${hex(16)}`, name: `${word()} ${word()}`, email: `${word()}.${word()}@example.com` },
    invoice: { id: `in_${hex(20)}`, amount: Math.floor(next() * 1e6) / 100, currency: 'EUR', paid: next() > 0.5 },
    lines: Array.from({ length: 6 }, () => ({
      sku: hex(12),
      title: `${word()} ${word()} ${word()}`,
      quantity: 1 + Math.floor(next() * 9),
      price: Math.floor(next() * 10_000) / 100,
    })),
    createdAt: new Date(1_750_000_000_000 + Math.floor(next() * 3e10)).toISOString(),
    note: Array.from({ length: 12 }, word).join(' '),
  })
  return text.slice(1, -1)
})

/** The payload of message `n`. `scheduledNs`: when it is to be sent, on the clock that all processes of the machine share. */
export function payloadOf(n: number, scheduledNs?: bigint): string {
  const time = scheduledNs === undefined ? '' : `,"t":"${scheduledNs}"`
  return `{"n":${n}${time},${members[n % kinds]!}}`
}

/** Bytes of a payload, in the mean. */
export const meanPayloadBytes = Math.round(members.reduce((sum, text) => sum + text.length + 16, 0) / kinds)
