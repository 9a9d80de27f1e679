/** `KGroupedStream` and `WindowedStream`: folds by key, and by key and window. */
import type { SessionWindows } from '../windows/session-windows.ts'
import type { StoredWindows } from '../windows/stored-windows.ts'
import { atLine, checkOptions } from './argument-checks.ts'
import { Cogrouped, type AnyCogrouped } from './cogrouped-stream.ts'
import {
  aggregateFold,
  countFold,
  FoldPlanner,
  reduceFold,
  type AggregateFunctions,
  type AnyAggregator,
  type Fold,
} from './fold-planner.ts'
import { groupingKey, type Grouping } from './grouping.ts'
import type { AnyTable, Dsl, MembersOf } from './handle.ts'
import type { AnyWindowedByOptions } from './late-plan.ts'
import type { StoreOptions, WindowStoreOptions } from './options.ts'
import { SessionWindowed, type AnySessionWindowed } from './session-windowed-stream.ts'
import { storeOptions } from './store-plan.ts'
import type { KGroupedStream, WindowedStream } from './kgrouped-stream.ts'
import { WindowFolds, windowEmission, type FoldsOf } from './window-folds.ts'
import { checkWindows, windowKeySerde } from './window-kinds.ts'
import { retentionFor } from './window-retention.ts'

type AnyGrouped = KGroupedStream<unknown, unknown>
type AnyWindowed = WindowedStream<unknown, unknown>

export class GroupedStream implements MembersOf<AnyGrouped> {
  readonly [groupingKey]: Grouping
  readonly #dsl: Dsl
  readonly #grouping: Grouping
  readonly #folds: FoldPlanner

  constructor(dsl: Dsl, grouping: Grouping) {
    this.#dsl = dsl
    this.#grouping = this[groupingKey] = grouping
    this.#folds = new FoldPlanner(dsl, grouping)
  }

  cogroup(add: AnyAggregator): AnyCogrouped {
    return Cogrouped.of(this.#dsl, this.#grouping, add)
  }

  count(store?: string | StoreOptions<unknown>): AnyTable {
    return this.#fold(countFold, storeOptions(store))
  }

  reduce(reducer: AnyAggregator, store?: string | StoreOptions<unknown>): AnyTable {
    return this.#fold(reduceFold(reducer, this.#grouping), storeOptions(store))
  }

  aggregate(options: AggregateFunctions & StoreOptions<unknown>): AnyTable {
    return this.#fold(aggregateFold(options), options)
  }

  windowedBy(
    windows: StoredWindows | SessionWindows,
    options: AnyWindowedByOptions = {},
  ): AnyWindowed | AnySessionWindowed {
    checkOptions(options, 'windowedBy')
    const grouping = this.#grouping
    const foldsOf: FoldsOf = checked =>
      new WindowFolds(this.#dsl, this.#folds, windowEmission(checked, options))
    return atLine('windowedBy', () =>
      windows?.kind === 'session'
        ? (new SessionWindowed(grouping, windows, foldsOf) as AnySessionWindowed)
        : (new TimeWindowedStream(grouping, windows, foldsOf) as AnyWindowed),
    )
  }

  #fold(fold: Fold, options: StoreOptions<unknown>): AnyTable {
    const { plan } = this.#dsl
    const { store, name, parent, place } = this.#folds.prepare(fold, options, true)
    const node = plan.add({
      kind: 'stream-aggregate',
      name,
      declaredAt: place,
      parent,
      store,
      initial: fold.initial,
      add: fold.add,
      readsValue: fold.operator !== 'count',
    })
    return this.#dsl.table({ node, keySerde: store.keySerde, valueSerde: store.valueSerde })
  }
}

class TimeWindowedStream implements MembersOf<AnyWindowed> {
  readonly #grouping: Grouping
  readonly #windows: StoredWindows
  readonly #folds: WindowFolds

  constructor(grouping: Grouping, windows: StoredWindows, foldsOf: FoldsOf) {
    this.#grouping = grouping
    this.#windows = checkWindows(windows, ['session'])
    this.#folds = foldsOf(windows)
  }

  count(store?: string | WindowStoreOptions<unknown>): AnyTable {
    // Kafka's sliding windows are the only ones whose count takes no index in vain (SlidingWindowedKStreamImpl).
    const fold = { ...countFold, takesSpareIndex: this.#windows.kind !== 'sliding' }
    return this.#fold(fold, storeOptions(store))
  }

  reduce(reducer: AnyAggregator, store?: string | WindowStoreOptions<unknown>): AnyTable {
    return this.#fold(reduceFold(reducer, this.#grouping), storeOptions(store))
  }

  aggregate(options: AggregateFunctions & WindowStoreOptions<unknown>): AnyTable {
    return this.#fold(aggregateFold(options), options)
  }

  #fold(fold: Fold, options: WindowStoreOptions<unknown>): AnyTable {
    const windows = this.#windows
    const retentionMs = retentionFor(windows, options, fold.operator)
    const own = { kind: 'window-aggregate', windows, retentionMs, initial: fold.initial } as const
    return this.#folds.add(fold, options, own, keySerde => windowKeySerde(keySerde, windows))
  }
}
