/** Choices of a generator, made from one seed. */
import { randomIndex, type Random } from '../../../src/base/random.ts'

export class Dice {
  readonly #random: Random

  constructor(random: Random) {
    this.#random = random
  }

  chance(probability: number): boolean {
    return this.#random.next() < probability
  }

  /** From `least` to `most`, both included. */
  integer(least: number, most: number): number {
    return least + randomIndex(this.#random, most - least + 1)
  }

  pick<T>(list: readonly T[]): T {
    if (list.length === 0) throw new RangeError('nothing to pick from')
    return list[randomIndex(this.#random, list.length)]!
  }

  /** A key of the table, as often as its weight says. */
  weighted<K extends string>(weights: Readonly<Partial<Record<K, number>>>): K {
    const entries = Object.entries(weights) as [K, number][]
    let left = this.#random.next() * entries.reduce((sum, [, weight]) => sum + weight, 0)
    for (const [key, weight] of entries) {
      left -= weight
      if (left < 0) return key
    }
    return entries[0]![0]
  }

  shuffled<T>(list: readonly T[]): T[] {
    const rest = [...list]
    const out: T[] = []
    while (rest.length > 0) out.push(...rest.splice(randomIndex(this.#random, rest.length), 1))
    return out
  }
}
