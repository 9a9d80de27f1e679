/** What aggregates take beside how their store is kept: how they begin, grow, shrink and become one. */
import type { Aggregator, Initializer, Merger } from './function-types.ts'
import type { WindowStoreOptions } from './options.ts'

/** Options of `aggregate` in windows. */
export type WindowAggregateOptions<K, V, A> = {
  readonly initial: Initializer<A>
  readonly add: Aggregator<K, V, A>
} & WindowStoreOptions<A>

/** What aggregates of sessions take more. */
export interface SessionMerge<K, A> {
  /** Makes one aggregate of those of two sessions that become one. */
  readonly merge: Merger<K, A>
}

/** What folds of grouped tables take: a row that leaves its group is taken out of it. */
export interface Subtracting<K, V, A> {
  readonly add: Aggregator<K, V, A>
  readonly subtract: Aggregator<K, V, A>
}
