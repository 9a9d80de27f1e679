/**
 * Sliding `count`, `reduce` and `aggregate`: folds each record into every window of close records that it belongs to.
 *
 * A record at time t updates the windows there are that hold t, from the latest to the earliest, and makes those that its
 * coming calls for (semantics W5): the right window of the record before it, `[previous + 1, ...]`; its own left window,
 * `[t - difference, t]`, which begins with what the window of the record before holds; and its own right window, `[t + 1,
 * ...]`, if later records are there. A row's timestamp is that of the last record in its window, which is how it is known
 * what lies before and after t. Records with t < difference share `[0, difference]` in place of left windows (W6).
 *
 * Where the first two are one window (the record before came at t - difference - 1), it is made, and put out, twice: so
 * does Kafka.
 *
 * A window takes records while its end >= stream time - grace. A null key or value is dropped (S5).
 */
import type { Processor, ProcessorContext, ProcessorSupplier } from '../processor/processor.ts'
import type { StreamRecord } from '../processor/record.ts'
import type { ValueAndTimestamp, WindowStore } from '../state/store.ts'
import type { SlidingWindows } from '../windows/sliding-windows.ts'
import type { Windowed } from '../windows/window.ts'
import { absent } from './callbacks.ts'
import { ClosedWindows } from './closed-windows.ts'
import { Closing } from './closing.ts'
import { dropLate } from './late-records.ts'
import type { WindowedFoldOptions } from './fold-options.ts'
import { FoldEmission } from './shared-emission.ts'

export interface SlidingAggregateOptions extends WindowedFoldOptions {
  readonly windows: SlidingWindows
  /** Makes the accumulator of a new window. Absent: the first value itself is the accumulator (`reduce`). */
  readonly initial?: (() => unknown) | undefined
}

/** A row as it was found: the store may go on using its own. */
interface Found extends ValueAndTimestamp<unknown> {
  readonly start: number
}

export function slidingAggregate(options: SlidingAggregateOptions): ProcessorSupplier {
  return () => new SlidingAggregate(options)
}

class SlidingAggregate implements Processor {
  readonly valueUse: 'read' | 'presence'
  private readonly options: SlidingAggregateOptions
  private readonly sizeMs: number
  private context!: ProcessorContext
  private store!: WindowStore<unknown, unknown>
  private emission!: FoldEmission
  private closing: Closing<ClosedWindows> | undefined
  private streamTime = -1

  constructor(options: SlidingAggregateOptions) {
    this.options = options
    this.sizeMs = options.windows.sizeMs
    this.valueUse = options.readsValue === false ? 'presence' : 'read'
  }

  init(context: ProcessorContext): void {
    this.context = context
    this.store = context.store(this.options.store)
    this.emission = new FoldEmission(context, this.store, this.options)
    const { onClose, windows, idleMs } = this.options
    if (onClose === undefined) return
    const { keySerde } = onClose
    const { sizeMs, store } = this
    const open = (): ClosedWindows => new ClosedWindows({ store, keySerde, sizeMs, endIncluded: true })
    this.closing = Closing.of({ context, store, behindMs: windows.graceMs, idleMs, open })
  }

  process(record: StreamRecord): void {
    const { key, value, timestamp } = record
    if (absent(key)) return this.context.drop('null-key')
    if (absent(value)) return this.context.drop('null-value')
    if (timestamp > this.streamTime) this.streamTime = timestamp
    // Before the record is folded: its window may let the store forget rows that are put out now.
    if (this.closing !== undefined) this.streamTime = this.closing.seen(record, this.context)
    // Where even the record's right window is closed, so are all that it could be in.
    if (timestamp + 1 + this.sizeMs <= this.closeTime) return this.dropLate(record, timestamp)
    if (timestamp < this.sizeMs) this.processEarly(record)
    else this.processLatestFirst(record)
  }

  flush(): void {
    this.emission.flush()
  }

  private get closeTime(): number {
    return this.streamTime - this.options.windows.graceMs
  }

  private processLatestFirst(record: StreamRecord): void {
    const { key, timestamp } = record
    const { sizeMs } = this
    const leftStart = timestamp - sizeMs
    const found = this.find(key, Math.max(0, leftStart - sizeMs), timestamp + 1)
    const starts = new Set(found.map(({ start }) => start))
    /** The latest window that holds the record, as it was before. */
    let right: Found | undefined
    /** The latest window that ends before the record. */
    let left: Found | undefined
    let previousTime: number | undefined
    for (const window of found.toReversed()) {
      const { start } = window
      if (start > timestamp) continue
      if (start < leftStart) {
        left = window
        previousTime = window.timestamp
        break
      }
      if (start > leftStart) right ??= window
      this.update(record, start, window)
      if (start > leftStart) continue
      // A record of this time was there before, and has made all that its coming calls for.
      if (window.timestamp >= timestamp) return
      previousTime = window.timestamp
    }
    this.makeRightOfPrevious(record, previousTime, starts)
    if (!starts.has(leftStart)) {
      const seeded = left !== undefined && left.timestamp >= leftStart
      this.update(record, leftStart, seeded ? left : undefined)
    }
    this.makeRightOfRecord(record, right, starts)
  }

  private processEarly(record: StreamRecord): void {
    const { key, timestamp } = record
    const found = this.find(key, 0, timestamp + 1)
    const starts = new Set(found.map(({ start }) => start))
    const combined = found[0]?.start === 0 ? found[0] : undefined
    let right: Found | undefined
    for (const window of found) {
      if (window.start === 0 || window.start > timestamp) continue
      right = window
      this.update(record, window.start, window)
    }
    // Without a right window in between, what the combined window holds of later records is all there is.
    this.makeRightOfRecord(record, right ?? combined, starts)
    const previousTime =
      combined !== undefined && combined.timestamp < timestamp ? combined.timestamp : undefined
    this.makeRightOfPrevious(record, previousTime, starts)
    this.update(record, 0, combined)
  }

  private makeRightOfPrevious(
    record: StreamRecord,
    previousTime: number | undefined,
    starts: ReadonlySet<number>,
  ): void {
    if (previousTime === undefined) return
    const start = previousTime + 1
    if (!starts.has(start) && start + this.sizeMs >= record.timestamp) this.update(record, start, undefined)
  }

  /** The record itself is not in its right window: that takes over what lies after the record as it is. */
  private makeRightOfRecord(
    record: StreamRecord,
    right: Found | undefined,
    starts: ReadonlySet<number>,
  ): void {
    const { key, timestamp } = record
    const start = timestamp + 1
    if (right === undefined || right.timestamp <= timestamp || starts.has(start)) return
    this.store.put(key, right.value, start, right.timestamp)
    this.emit(record, start, { ...right, old: undefined, stored: undefined })
  }

  /** Folds the record into the window that starts at `start`; `row` is what it holds or begins with, if anything. */
  private dropLate(record: StreamRecord, start: number): void {
    const { streamTime } = this
    const window = { start, end: start + this.sizeMs }
    dropLate(this.context, this.options.late, record, { window, streamTime })
  }

  private update(record: StreamRecord, start: number, row: Found | undefined): void {
    const { key, value } = record
    const { initial, add } = this.options
    if (start + this.sizeMs < this.closeTime) return this.dropLate(record, start)
    const old = row === undefined ? initial?.() : row.value
    let updated = row === undefined && initial === undefined ? value : add(old, value, key)
    if (updated === null) updated = undefined
    const timestamp = row === undefined ? record.timestamp : Math.max(row.timestamp, record.timestamp)
    // The end of a row is logged with the time of the record that ended it.
    this.store.put(key, updated, start, updated === undefined ? record.timestamp : timestamp)
    this.emit(record, start, {
      value: updated,
      timestamp,
      old,
      stored: row?.start === start ? old : undefined,
    })
  }

  /** `old`: what is sent as the old value now; `stored`: what the row was, for those who get updates once per commit. */
  private emit(
    record: StreamRecord,
    start: number,
    row: { value: unknown; timestamp: number; old: unknown; stored: unknown },
  ): void {
    const { store } = this
    if (this.closing !== undefined) return this.closing.rows.add(record.key, start)
    const emission = this.emission.current
    const windowed: Windowed<unknown> = { key: record.key, window: { start, end: start + this.sizeMs } }
    const { value, timestamp, old, stored } = row
    if (!emission.holdsBack) return emission.forward(windowed, value, old, timestamp, record.headers)
    const identity = store.identity(record.key)
    if (!emission.replace(start, identity, value, timestamp))
      emission.hold(start, identity, windowed, value, stored, timestamp)
  }

  private find(key: unknown, from: number, to: number): readonly Found[] {
    return this.store
      .fetchRange(key, from, to)
      .map(({ start, value, timestamp }) => ({ start, value, timestamp }))
  }
}
