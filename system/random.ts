/** Chance from the engine's generator, for the pure parts that are handed it: jitter and identifiers, not secrets. */
import type { Random } from '../src/base/random.ts'

export const systemRandom: Random = { next: () => Math.random() }
