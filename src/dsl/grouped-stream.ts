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
import {
  lateHandler,
  lateNodeName,
  planLateRecords,
  type AnyWindowedByOptions,
  type LateHandler,
} from './late-plan.ts'
import type { StoreOptions, WindowStoreOptions } from './options.ts'
import { SessionWindowed, type AnySessionWindowed } from './session-windowed-stream.ts'
import { storeOptions } from './store-plan.ts'
import type { KGroupedStream, WindowedStream } from './kgrouped-stream.ts'
import { checkWindows, closingIdleMs, isEmittedOnClose, windowKeySerde } from './window-kinds.ts'
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
    const [dsl, grouping, folds] = [this.#dsl, this.#grouping, this.#folds]
    return atLine('windowedBy', () =>
      windows?.kind === 'session'
        ? (new SessionWindowed(dsl, grouping, folds, windows, options) as AnySessionWindowed)
        : (new TimeWindowedStream(dsl, grouping, folds, windows, options) as AnyWindowed),
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
  readonly #dsl: Dsl
  readonly #grouping: Grouping
  readonly #folds: FoldPlanner
  readonly #windows: StoredWindows
  readonly #onClose: boolean
  readonly #late: LateHandler | undefined
  readonly #idleMs: number | undefined

  constructor(
    dsl: Dsl,
    grouping: Grouping,
    folds: FoldPlanner,
    windows: StoredWindows,
    options: AnyWindowedByOptions,
  ) {
    this.#dsl = dsl
    this.#grouping = grouping
    this.#folds = folds
    this.#windows = checkWindows(windows, ['session'])
    this.#onClose = isEmittedOnClose(windows, options)
    this.#late = lateHandler(options.late, 'windowedBy: late')
    this.#idleMs = closingIdleMs(options, this.#onClose)
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
    const { plan } = this.#dsl
    const windows = this.#windows
    const retentionMs = retentionFor(windows, options, fold.operator)
    // What is put out once cannot be put out once per commit.
    const { store, name, parent, place } = this.#folds.prepare(
      fold,
      this.#onClose ? { ...options, caching: false } : options,
    )
    const node = plan.add({
      kind: 'window-aggregate',
      name,
      declaredAt: place,
      parent,
      store,
      initial: fold.initial,
      add: fold.add,
      readsValue: fold.operator !== 'count' || this.#late !== undefined,
      windows,
      retentionMs,
      onClose: this.#onClose,
      late: lateNodeName(name, this.#late),
      idleMs: this.#idleMs,
    })
    planLateRecords(this.#dsl, [node], { late: this.#late, keySerde: store.keySerde })
    const keySerde = windowKeySerde(store.keySerde, windows)
    return this.#dsl.table({ node, keySerde, valueSerde: store.valueSerde })
  }
}
