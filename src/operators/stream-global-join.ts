/**
 * Stream-global `join` and `leftJoin`: looks a key that is made of each record up in a table that every task has whole.
 *
 * Results carry the stream record's key, timestamp and headers. A null value is dropped; a record of which no key can be
 * made is dropped by the inner join, and joined with nothing by the left one (semantics S9, S10, D23).
 */
import type { Processor, ProcessorContext, ProcessorSupplier } from '../processor/processor.ts'
import type { StreamRecord } from '../processor/record.ts'
import type { KeyValueStore } from '../state/store.ts'
import { absent, type JoinCallback, type ValueCallback } from './callbacks.ts'

export interface StreamGlobalJoinOptions {
  /** The global store. */
  readonly store: string
  /** The key to look up. */
  readonly on: ValueCallback<unknown>
  readonly joiner: JoinCallback
  /** Whether a record without a row is joined with `undefined` instead of being left out. */
  readonly left: boolean
}

export function streamGlobalJoin(options: StreamGlobalJoinOptions): ProcessorSupplier {
  return () => new StreamGlobalJoin(options)
}

class StreamGlobalJoin implements Processor {
  private readonly options: StreamGlobalJoinOptions
  private context!: ProcessorContext
  private rows!: KeyValueStore<unknown, unknown>

  constructor(options: StreamGlobalJoinOptions) {
    this.options = options
  }

  init(context: ProcessorContext): void {
    this.context = context
    this.rows = context.store(this.options.store)
  }

  process(record: StreamRecord): void {
    const { on, joiner, left } = this.options
    const { key, value } = record
    if (absent(value)) return this.context.drop('null-value')
    const mapped = on(value, key, this.context.record)
    if (absent(mapped) && !left) return this.context.drop('null-key')
    const row = absent(mapped) ? undefined : this.rows.get(mapped)
    if (row === undefined && !left) return
    this.context.forward(record.withValue(joiner(value, row, key)))
  }
}
