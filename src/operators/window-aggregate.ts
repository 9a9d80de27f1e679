/**
 * `count`, `reduce` and `aggregate` in tumbling, hopping, unlimited and custom windows: folds each record into the windows that hold its time.
 *
 * A window takes records until stream time, less the grace period, has reached its end; a record is dropped as late
 * for each window that is closed (semantics D80, D81, T7). Stream time here is the greatest timestamp that this node
 * has seen, from -1 after every start (T3). A null key is dropped; a null value is not: the fold is called with it
 * (S4). The row's timestamp is the greatest of the records that made it (W8).
 */
import type { Processor, ProcessorContext, ProcessorSupplier } from '../processor/processor.ts'
import type { StreamRecord } from '../processor/record.ts'
import type { WindowStore } from '../state/store.ts'
import { windowsFor, type FixedWindows } from '../windows/fixed-windows.ts'
import { earliestWindowStart } from '../windows/time-windows.ts'
import type { Windowed } from '../windows/window.ts'
import { absent, type FoldCallback } from './callbacks.ts'
import { ClosedWindows } from './closed-windows.ts'
import { Closing } from './closing.ts'
import { dropLate } from './late-records.ts'
import type { WindowedFoldOptions } from './fold-options.ts'
import { FoldEmission } from './shared-emission.ts'

export interface WindowAggregateOptions extends WindowedFoldOptions {
  readonly windows: FixedWindows
  readonly graceMs: number
  /** Makes the accumulator of a new window. Absent: the first value itself is the accumulator (`reduce`). */
  readonly initial?: (() => unknown) | undefined
}

export function windowAggregate(options: WindowAggregateOptions): ProcessorSupplier {
  return () => new WindowAggregate(options)
}

class WindowAggregate implements Processor {
  readonly valueUse: 'read' | 'presence'
  private readonly options: WindowAggregateOptions
  private readonly initial: (() => unknown) | undefined
  private readonly add: FoldCallback
  private context!: ProcessorContext
  private store!: WindowStore<unknown, unknown>
  private emission!: FoldEmission
  private closing: Closing<ClosedWindows> | undefined
  private streamTime = -1

  constructor(options: WindowAggregateOptions) {
    this.options = options
    this.initial = options.initial
    this.add = options.add
    this.valueUse = options.readsValue === false ? 'presence' : 'read'
  }

  init(context: ProcessorContext): void {
    this.context = context
    this.store = context.store(this.options.store)
    this.emission = new FoldEmission(context, this.store, this.options)
    const { onClose, windows, graceMs, idleMs } = this.options
    if (onClose === undefined) return
    const { keySerde } = onClose
    const { sizeMs } = windows
    const { store } = this
    const open = (): ClosedWindows => new ClosedWindows({ store, keySerde, sizeMs, endIncluded: false })
    this.closing = Closing.of({ context, store, behindMs: graceMs, idleMs, open })
  }

  process(record: StreamRecord): void {
    const { key, timestamp } = record
    if (absent(key)) return this.context.drop('null-key')
    if (timestamp > this.streamTime) this.streamTime = timestamp
    // Before the record is folded: its window may let the store forget rows that are put out now.
    if (this.closing !== undefined) this.streamTime = this.closing.seen(record, this.context)
    const { windows, graceMs } = this.options
    const closeTime = this.streamTime - graceMs
    if (windows.kind !== 'time') {
      for (const { start, end } of windowsFor(windows, timestamp)) {
        if (end > closeTime) this.fold(record, start, end)
        else this.dropLate(record, start, end)
      }
      return
    }
    // The same without an array for each record.
    for (
      let start = earliestWindowStart(windows, timestamp);
      start <= timestamp;
      start += windows.advanceMs
    ) {
      if (start + windows.sizeMs > closeTime) this.fold(record, start, start + windows.sizeMs)
      else this.dropLate(record, start, start + windows.sizeMs)
    }
  }

  flush(): void {
    this.emission.flush()
  }

  private dropLate(record: StreamRecord, start: number, end: number): void {
    const { streamTime } = this
    dropLate(this.context, this.options.late, record, { window: { start, end }, streamTime })
  }

  private fold(record: StreamRecord, start: number, end: number): void {
    const { key } = record
    const { initial, add, store } = this
    const emission = this.emission.current
    const row = store.fetch(key, start)
    // The store keeps the row and goes on using it: what is needed after the put is read before.
    const rowValue = row?.value
    const old = row !== undefined ? rowValue : initial?.()
    let updated = row === undefined && initial === undefined ? record.value : add(old, record.value, key)
    if (updated === null) updated = undefined
    const timestamp = row !== undefined && row.timestamp > record.timestamp ? row.timestamp : record.timestamp
    // The end of a row is logged with the time of the record that ended it.
    store.put(key, updated, start, updated === undefined ? record.timestamp : timestamp)
    if (this.closing !== undefined) return this.closing.rows.add(key, start)
    const { holdsBack } = emission
    const identity = holdsBack ? store.identity(key) : ''
    if (holdsBack && emission.replace(start, identity, updated, timestamp)) return
    const windowed: Windowed<unknown> = { key, window: { start, end } }
    if (holdsBack) emission.hold(start, identity, windowed, updated, rowValue, timestamp)
    else emission.forward(windowed, updated, old, timestamp, record.headers)
  }
}
