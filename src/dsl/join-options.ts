/** What joins of two streams take beside the other stream and the joiner. */
import type { Duration } from '../base/duration.ts'
import type { Serde } from '../serdes/serde.ts'
import type { Within } from '../windows/join-windows.ts'
import type { NamedOptions } from './options.ts'

export interface StreamJoinOptions<V1, V2, W> extends NamedOptions {
  /**
   * How far apart in time two records may be to be joined, both ends included: `'5m'`, or `{ before, after }` for how
   * much earlier and how much later than the left record the right one may be. One of the two may be negative (a number);
   * a window that ends before it begins is a `RangeError`.
   */
  readonly within: Within
  /** How much longer, in stream time, late records still find theirs. Default 0. */
  readonly grace?: Duration
  /** The base of the names of the stores, which `strictNaming` asks for. Default: numbers, as Kafka gives them. */
  readonly store?: string
  /** How the values of this stream are kept. Default: as they were read, or `json()`. */
  readonly left?: Serde<V1>
  /** How the values of the other stream are kept; default as for `left`. */
  readonly right?: Serde<V2>
  /** How the results are written where they go through a repartition topic. Default `json()`. */
  readonly value?: Serde<W>
  /** Whether changelog topics are kept, or settings for them. Without them a crash loses the stores. Default true. */
  readonly logging?: boolean | Readonly<Record<string, string>>
  /** `memory` keeps the stores off the disk; they are then restored from their changelogs at every start. */
  readonly backend?: 'persistent' | 'memory'
}
