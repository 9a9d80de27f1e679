/** Chance as an interface: the core never rolls a die, it is handed one; seeded, it rolls the same every time. */

export interface Random {
  /** Uniform in [0, 1). */
  next(): number
}

/**
 * The same numbers for the same seed on every machine: the sfc32 generator (128 bits of state, period about 2^127).
 * Not for secrets.
 */
export function seededRandom(seed: number): Random {
  let a = seed >>> 0
  let b = Math.floor(seed / 4_294_967_296) >>> 0
  let c = 0x9e37_79b9
  let counter = 1
  const nextUint32 = () => {
    const sum = (a + b + counter) >>> 0
    counter = (counter + 1) >>> 0
    a = (b ^ (b >>> 9)) >>> 0
    b = (c + (c << 3)) >>> 0
    c = (((c << 21) | (c >>> 11)) + sum) >>> 0
    return sum
  }
  // Neighbouring seeds start alike; a dozen rounds part them.
  for (let round = 0; round < 12; round++) nextUint32()
  return {
    next: () => ((nextUint32() >>> 5) * 0x400_0000 + (nextUint32() >>> 6)) / 0x20_0000_0000_0000,
  }
}

/** A uniform integer in [0, count). */
export function randomIndex(random: Random, count: number): number {
  return Math.floor(random.next() * count)
}
