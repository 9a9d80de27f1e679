/**
 * A stream joined with itself, over one store (`single.store.self.join`, semantics J14).
 *
 * Results, and their order, are those of the join with two stores: the record as the left one with those that came
 * before, then those that came before as the left ones with the record as the right one, and among the latter the record
 * with itself, before the first that is later. As in Kafka it meets itself even where the window leaves its own time out.
 */
import type { Processor, ProcessorContext, ProcessorSupplier } from '../processor/processor.ts'
import type { StreamRecord } from '../processor/record.ts'
import type { WindowStore } from '../state/store.ts'
import { joinRetentionOf, type JoinWindows } from '../windows/join-windows.ts'
import { absent, type JoinCallback } from './callbacks.ts'

export interface StreamSelfJoinOptions {
  readonly store: string
  readonly windows: JoinWindows
  readonly joiner: JoinCallback
}

export function streamSelfJoin(options: StreamSelfJoinOptions): ProcessorSupplier {
  return () => new StreamSelfJoin(options)
}

class StreamSelfJoin implements Processor {
  private readonly options: StreamSelfJoinOptions
  private readonly retentionMs: number
  private context!: ProcessorContext
  private store!: WindowStore<unknown, unknown>
  /** The greatest timestamp that the store has been given since the start. */
  private latest = -1

  constructor(options: StreamSelfJoinOptions) {
    this.options = options
    this.retentionMs = joinRetentionOf(options.windows)
  }

  init(context: ProcessorContext): void {
    this.context = context
    this.store = context.store(this.options.store)
  }

  process(record: StreamRecord): void {
    const { key, value, timestamp } = record
    if (absent(key)) return this.context.drop('null-key')
    if (absent(value)) return this.context.drop('null-value')
    const { beforeMs, afterMs } = this.options.windows
    if (timestamp > this.latest) this.latest = timestamp
    for (const other of this.earlier(key, timestamp - beforeMs, timestamp + afterMs)) {
      this.forward(record, value, other.value, Math.max(timestamp, other.start))
    }
    // A record that is too late does not meet itself; as in Kafka, a millisecond before the store refuses it,
    // so that with a retention of at most 1 ms no record does.
    let metItself = timestamp <= this.latest - this.retentionMs + 1
    for (const other of this.earlier(key, timestamp - afterMs, timestamp + beforeMs)) {
      if (other.start > timestamp && !metItself) {
        metItself = true
        this.forward(record, value, value, timestamp)
      }
      this.forward(record, other.value, value, Math.max(timestamp, other.start))
    }
    if (!metItself) this.forward(record, value, value, timestamp)
  }

  /** What came before the record and lies in a range of time that is clamped at 0. */
  private earlier(key: unknown, from: number, to: number) {
    return this.store.fetchRange(key, Math.max(0, from), Math.max(0, to))
  }

  private forward(record: StreamRecord, left: unknown, right: unknown, timestamp: number): void {
    const joined = record.withValue(this.options.joiner(left, right, record.key))
    this.context.forward(timestamp === record.timestamp ? joined : joined.withTimestamp(timestamp))
  }
}
