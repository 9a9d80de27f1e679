/** `SessionWindowedStream`: folds by key and session. */
import type { FoldCallback, MergeCallback } from '../operators/callbacks.ts'
import type { Serde } from '../serdes/serde.ts'
import { sessionWindowed } from '../serdes/session-windowed.ts'
import type { SessionWindows } from '../windows/session-windows.ts'
import {
  aggregateFold,
  countFold,
  reduceFold,
  type AggregateFunctions,
  type AnyAggregator,
  type Fold,
  type FoldPlanner,
} from './fold-planner.ts'
import type { Merger } from './function-types.ts'
import type { Grouping } from './grouping.ts'
import { checkFunction } from './argument-checks.ts'
import type { AnyTable, Dsl, MembersOf } from './handle.ts'
import {
  lateHandler,
  lateNodeName,
  planLateRecords,
  type AnyWindowedByOptions,
  type LateHandler,
} from './late-plan.ts'
import type { WindowStoreOptions } from './options.ts'
import { storeOptions } from './store-plan.ts'
import type { SessionWindowedStream } from './kgrouped-stream.ts'
import { closingIdleMs, isEmittedOnClose } from './window-kinds.ts'
import { sessionRetention } from './window-retention.ts'

export type AnySessionWindowed = SessionWindowedStream<unknown, unknown>

interface MergeFunction {
  readonly merge: Merger<unknown, unknown>
}

/** A fold that can also make one session of two; it begins with what `initial` answers, which may be nothing. */
interface SessionFold extends Fold {
  readonly initial: () => unknown
  readonly merge: MergeCallback
}

export class SessionWindowed implements MembersOf<AnySessionWindowed> {
  readonly #dsl: Dsl
  readonly #grouping: Grouping
  readonly #folds: FoldPlanner
  readonly #windows: SessionWindows
  readonly #onClose: boolean
  readonly #late: LateHandler | undefined
  readonly #idleMs: number | undefined

  constructor(
    dsl: Dsl,
    grouping: Grouping,
    folds: FoldPlanner,
    windows: SessionWindows,
    options: AnyWindowedByOptions,
  ) {
    this.#dsl = dsl
    this.#grouping = grouping
    this.#folds = folds
    this.#windows = windows
    this.#onClose = isEmittedOnClose(windows, options)
    this.#late = lateHandler(options.late, 'windowedBy: late')
    this.#idleMs = closingIdleMs(options, this.#onClose)
  }

  count(store?: string | WindowStoreOptions<unknown>): AnyTable {
    const merge: MergeCallback = (left, right) => (left as number) + (right as number)
    return this.#fold({ ...countFold, initial: () => 0, merge }, storeOptions(store))
  }

  reduce(reducer: AnyAggregator, store?: string | WindowStoreOptions<unknown>): AnyTable {
    const fold = reduceFold(reducer, this.#grouping)
    const add: FoldCallback = (left, right, key) => (left === undefined ? right : reducer(left, right, key))
    return this.#fold({ ...fold, initial: () => undefined, add, merge: add }, storeOptions(store))
  }

  aggregate(options: AggregateFunctions & MergeFunction & WindowStoreOptions<unknown>): AnyTable {
    const fold = aggregateFold(options)
    checkFunction(options.merge, 'aggregate: merge')
    return this.#fold({ ...fold, initial: options.initial, merge: options.merge }, options)
  }

  #fold(fold: SessionFold, options: WindowStoreOptions<unknown>): AnyTable {
    const { plan } = this.#dsl
    const windows = this.#windows
    const retentionMs = sessionRetention(windows, options, fold.operator)
    const { store, name, parent, place } = this.#folds.prepare(
      fold,
      this.#onClose ? { ...options, caching: false } : options,
    )
    const node = plan.add({
      kind: 'session-aggregate',
      name,
      declaredAt: place,
      parent,
      store,
      initial: fold.initial,
      add: fold.add,
      merge: fold.merge,
      readsValue: fold.operator !== 'count' || this.#late !== undefined,
      windows,
      retentionMs,
      onClose: this.#onClose,
      late: lateNodeName(name, this.#late),
      idleMs: this.#idleMs,
    })
    planLateRecords(this.#dsl, [node], { late: this.#late, keySerde: store.keySerde })
    const keySerde = sessionWindowed(store.keySerde) as Serde<unknown>
    return this.#dsl.table({ node, keySerde, valueSerde: store.valueSerde })
  }
}
