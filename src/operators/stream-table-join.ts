/**
 * Stream-table `join` and `leftJoin`: looks each record's key up in the table as it is now, or, where the table keeps
 * versions, as it was at the record's time (semantics V5).
 *
 * Only the stream side makes results; they carry the stream record's timestamp and headers (H3). A null value is dropped;
 * a null key is dropped by the inner join, and joined with nothing by the left one (S9, S10).
 *
 * With a grace, records wait until the greatest time of a record that has waited is the grace ahead of them, and leave in
 * the order of time, then of the key's bytes, then of arrival (V9). A record that is older than that when it comes is
 * joined at once. So is one without a key, which has no row to wait for; Kafka fails on it (a NullPointerException), against
 * its own rule for left joins (S10). Without records nothing leaves, unless `idleMs` says after how long. That time is committed with the task's positions:
 * Kafka takes it from what the changelog still has.
 */
import type { Processor, ProcessorContext, ProcessorSupplier } from '../processor/processor.ts'
import { StreamRecord } from '../processor/record.ts'
import type { HeldRecordStore } from '../state/held-record-store.ts'
import { nextNumber, type BufferedRecord } from './buffered-record.ts'
import { absent, type JoinCallback } from './callbacks.ts'
import { idleTime, type IdleTime } from './idle-time.ts'
import type { ValueGetter, ValueGetterSupplier } from './value-getter.ts'

export interface StreamTableJoinOptions {
  readonly getter: ValueGetterSupplier
  readonly joiner: JoinCallback
  /** Whether a record without a row is joined with `undefined` instead of being left out. */
  readonly left: boolean
  /** Where records wait, and how long; absent: they do not. */
  readonly buffer?: JoinBuffer | undefined
}

export interface JoinBuffer {
  readonly store: string
  readonly graceMs: number
  /** After how long without records time goes on by the clock. Default: never. */
  readonly idleMs?: number | undefined
}

export function streamTableJoin(options: StreamTableJoinOptions): ProcessorSupplier {
  const { buffer } = options
  if (buffer === undefined) return () => new StreamTableJoin(options)
  return () => new BufferedStreamTableJoin(options, buffer)
}

class StreamTableJoin implements Processor {
  protected context!: ProcessorContext
  private readonly options: StreamTableJoinOptions
  private readonly joiner: JoinCallback
  private rows!: ValueGetter

  constructor(options: StreamTableJoinOptions) {
    this.options = options
    this.joiner = options.joiner
  }

  init(context: ProcessorContext): void {
    this.context = context
    this.rows = this.options.getter.get(context)
  }

  process(record: StreamRecord): void {
    const { key, value } = record
    const { left } = this.options
    if (absent(value)) return this.context.drop('null-value')
    if (absent(key)) {
      if (!left) return this.context.drop('null-key')
      this.context.forward(record.withValue(this.joiner(value, undefined, key)))
      return
    }
    this.take(record)
  }

  /** Takes a record that has a key and a value. */
  protected take(record: StreamRecord): void {
    const joined = this.join(record)
    if (joined !== undefined) this.context.forward(joined)
  }

  protected join(record: StreamRecord): StreamRecord | undefined {
    const { key, value, timestamp } = record
    const row = this.rows.get(key, timestamp)
    if (row === undefined && !this.options.left) return undefined
    return record.withValue(this.joiner(value, row?.value, key))
  }
}

class BufferedStreamTableJoin extends StreamTableJoin {
  private readonly buffer: JoinBuffer
  private store!: HeldRecordStore
  /** The greatest time of a record that has waited, -1 before the first; `undefined` before it was looked up. */
  private streamTime: number | undefined
  private idle: IdleTime | undefined
  /** Of the record that was the last to wait. */
  private number = 0

  constructor(options: StreamTableJoinOptions, buffer: JoinBuffer) {
    super(options)
    this.buffer = buffer
  }

  override init(context: ProcessorContext): void {
    super.init(context)
    const { store: name, idleMs } = this.buffer
    this.store = context.store(name)
    for (const { number = 0 } of this.store.keys()) this.number = Math.max(this.number, number)
    const advance = (streamTime: number): void => this.advance(Math.max(this.time(), streamTime))
    this.idle = idleTime({ context, name, idleMs, advance })
  }

  protected override take(record: StreamRecord): void {
    const { context, store, idle } = this
    const { key, value, timestamp, headers } = record
    const latest = Math.max(this.time(), timestamp)
    const streamTime = idle === undefined ? latest : idle.seen(latest)
    if (timestamp < streamTime - this.buffer.graceMs) return super.take(record)
    const { topic, partition, offset } = context.record
    const waiting: BufferedRecord = { value, topic, partition, offset, timestamp, headers }
    this.number = nextNumber(this.number)
    store.hold({ timestamp, left: true, key, number: this.number }, waiting)
    this.advance(streamTime)
  }

  private time(): number {
    return (this.streamTime ??= this.context.noted(this.buffer.store) ?? -1)
  }

  /** Time is `streamTime` now: joins what has waited long enough. */
  private advance(streamTime: number): void {
    if (streamTime > this.time()) this.context.note(this.buffer.store, streamTime)
    this.streamTime = streamTime
    this.release(streamTime - this.buffer.graceMs)
  }

  /** Joins what waits under times that are not later than `due`. */
  private release(due: number): void {
    const { context, store } = this
    for (let first = store.first(); first !== undefined && first.timestamp <= due; first = store.first()) {
      const { key, timestamp } = first
      for (const { value: held } of store.valuesOf(first)) {
        const place = held as BufferedRecord
        const joined = this.join(new StreamRecord(key, place.value, timestamp, place.headers))
        if (joined !== undefined) context.forwardAs(place, joined)
      }
      store.release(first)
    }
  }
}
