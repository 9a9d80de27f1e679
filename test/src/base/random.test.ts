/** Seeded chance: the same for a seed, different for its neighbour, spread evenly. */
import { describe, expect, it } from 'vitest'
import { randomIndex, seededRandom } from '../../../src/base/random.ts'

const first = (seed: number, count: number) => {
  const random = seededRandom(seed)
  return Array.from({ length: count }, () => random.next())
}

describe('seededRandom', () => {
  it('repeats itself for a seed and differs for another', () => {
    expect(first(7, 20)).toEqual(first(7, 20))
    expect(first(7, 20)).not.toEqual(first(8, 20))
    expect(first(7, 20)).not.toEqual(first(7 + 2 ** 32, 20))
  })

  it('stays in [0, 1) and spreads evenly', () => {
    const counts = Array.from({ length: 10 }, () => 0)
    const random = seededRandom(1)
    for (let draw = 0; draw < 100_000; draw++) counts[randomIndex(random, 10)]!++
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(500)
  })
})
