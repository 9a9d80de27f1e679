/** Plans folds by window and by session: their store, when rows are put out, and what becomes of late records. */
import type { CogroupEmission } from '../plan/cogroup-windows.ts'
import type { SessionAggregateNode, WindowAggregateNode } from '../plan/node.ts'
import type { Serde } from '../serdes/serde.ts'
import type { SessionWindows } from '../windows/session-windows.ts'
import type { StoredWindows } from '../windows/stored-windows.ts'
import type { Fold, FoldPlanner } from './fold-planner.ts'
import type { AnyTable, Dsl } from './handle.ts'
import {
  lateHandler,
  lateNodeName,
  planLateRecords,
  type AnyWindowedByOptions,
  type LateHandler,
} from './late-plan.ts'
import type { WindowStoreOptions } from './options.ts'
import { closingIdleMs, isEmittedOnClose } from './window-kinds.ts'

/** When rows of windows are put out, and who gets late records. */
export interface WindowEmission {
  readonly closing: CogroupEmission
  readonly late: LateHandler | undefined
}

export function windowEmission(
  windows: StoredWindows | SessionWindows,
  options: AnyWindowedByOptions,
): WindowEmission {
  const onClose = isEmittedOnClose(windows, options)
  const late = lateHandler(options.late, 'windowedBy: late')
  return { closing: { onClose, idleMs: closingIdleMs(options, onClose) }, late }
}

/** What windows and sessions do not share. */
type OwnPart =
  | Pick<WindowAggregateNode, 'kind' | 'windows' | 'retentionMs' | 'initial'>
  | Pick<SessionAggregateNode, 'kind' | 'windows' | 'retentionMs' | 'initial' | 'merge'>

/** Plans the folds of windows that were checked. */
export type FoldsOf = (windows: StoredWindows | SessionWindows) => WindowFolds

export class WindowFolds {
  readonly #dsl: Dsl
  readonly #folds: FoldPlanner
  readonly #closing: CogroupEmission
  readonly #late: LateHandler | undefined

  constructor(dsl: Dsl, folds: FoldPlanner, { closing, late }: WindowEmission) {
    this.#dsl = dsl
    this.#folds = folds
    this.#closing = closing
    this.#late = late
  }

  /** Adds the node of a fold, and that of its late records; `windowed` makes the serde of the table's keys. */
  add(
    fold: Fold,
    options: WindowStoreOptions<unknown>,
    own: OwnPart,
    windowed: (keySerde: Serde<unknown>) => Serde<unknown>,
  ): AnyTable {
    const [closing, late] = [this.#closing, this.#late]
    // What is put out once cannot be put out once per commit.
    const kept = closing.onClose ? { ...options, caching: false } : options
    const { store, name, parent, place } = this.#folds.prepare(fold, kept)
    const node = this.#dsl.plan.add({
      ...own,
      ...closing,
      name,
      declaredAt: place,
      parent,
      store,
      add: fold.add,
      readsValue: fold.operator !== 'count' || late !== undefined,
      late: lateNodeName(name, late),
    })
    planLateRecords(this.#dsl, [node], { late, keySerde: store.keySerde })
    return this.#dsl.table({ node, keySerde: windowed(store.keySerde), valueSerde: store.valueSerde })
  }
}
