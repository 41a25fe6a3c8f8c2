import type { Random } from '../src/clock.ts'

/** xoshiro128** (Blackman and Vigna), seeded by splitmix32: the same seed gives the same run. */
export function seededRandom(seed: number): Random {
  let mix = seed >>> 0
  const word = (): number => {
    mix = (mix + 0x9e3779b9) >>> 0
    let value = mix
    value = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
    value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35)
    return (value ^ (value >>> 16)) >>> 0
  }
  let [a, b, c, d] = [word(), word(), word(), word()]
  const next32 = (): number => {
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0
    const shifted = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= shifted
    d = rotate(d, 11)
    return result
  }
  return {
    next: () => next32() / 2 ** 32,
    bytes: (count) => Uint8Array.from({ length: count }, () => next32() & 0xff),
  }
}

function rotate(value: number, by: number): number {
  return (value << by) | (value >>> (32 - by))
}

export function pick<T>(random: Random, items: readonly T[]): T {
  return items[Math.floor(random.next() * items.length)] as T
}
