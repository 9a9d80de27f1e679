/**
 * Stream-table `join` and `leftJoin`: looks each record's key up in the table as it is now.
 *
 * Only the stream side makes results; they carry the stream record's timestamp and headers (semantics H3). A null
 * value is dropped; a null key is dropped by the inner join, and joined with nothing by the left one (S9, S10).
 */
import type { Processor, ProcessorContext, ProcessorSupplier } from '../processor/processor.ts'
import type { StreamRecord } from '../processor/record.ts'
import { absent, type JoinCallback } from './callbacks.ts'
import type { ValueGetter, ValueGetterSupplier } from './value-getter.ts'

export interface StreamTableJoinOptions {
  readonly getter: ValueGetterSupplier
  readonly joiner: JoinCallback
  /** Whether a record without a row is joined with `undefined` instead of being left out. */
  readonly left: boolean
}

export function streamTableJoin(options: StreamTableJoinOptions): ProcessorSupplier {
  return () => new StreamTableJoin(options)
}

class StreamTableJoin implements Processor {
  private readonly options: StreamTableJoinOptions
  private readonly joiner: JoinCallback
  private context!: ProcessorContext
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
    const row = this.rows.get(key)
    if (row === undefined && !left) return
    this.context.forward(record.withValue(this.joiner(value, row?.value, key)))
  }
}
