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
} from './fold-planner.ts'
import type { Merger } from './function-types.ts'
import type { Grouping } from './grouping.ts'
import { checkFunction } from './argument-checks.ts'
import type { AnyTable, MembersOf } from './handle.ts'
import type { WindowStoreOptions } from './options.ts'
import { storeOptions } from './store-plan.ts'
import type { SessionWindowedStream } from './kgrouped-stream.ts'
import type { FoldsOf, WindowFolds } from './window-folds.ts'
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
  readonly #grouping: Grouping
  readonly #windows: SessionWindows
  readonly #folds: WindowFolds

  constructor(grouping: Grouping, windows: SessionWindows, foldsOf: FoldsOf) {
    this.#grouping = grouping
    this.#windows = windows
    this.#folds = foldsOf(windows)
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
    const windows = this.#windows
    const { initial, merge, operator } = fold
    const retentionMs = sessionRetention(windows, options, operator)
    const own = { kind: 'session-aggregate', windows, retentionMs, initial, merge } as const
    return this.#folds.add(fold, options, own, keySerde => sessionWindowed(keySerde) as Serde<unknown>)
  }
}
