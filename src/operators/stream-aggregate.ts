/**
 * Unwindowed `count`, `reduce` and `aggregate` of a stream: folds each record into its key's row.
 *
 * Records with a null key or a null value are dropped (semantics S3). The row's timestamp is the greatest of the
 * records that made it (W8). A fold that answers nothing deletes the row. The old value of a key's first update is
 * the initial value, where there is one (`count`, `aggregate`), as in Kafka.
 */
import type { Processor, ProcessorContext, ProcessorSupplier } from '../processor/processor.ts'
import type { StreamRecord } from '../processor/record.ts'
import type { ExpiryRule } from '../state/expiry-rule.ts'
import { absent, type FoldCallback } from './callbacks.ts'
import type { FoldOptions } from './fold-options.ts'
import { FoldEmission } from './shared-emission.ts'
import type { RowExpiry } from './row-expiry.ts'
import { tableExpiry } from './table-expiry.ts'
import { openRows, type TableRows } from './table-rows.ts'

export interface StreamAggregateOptions extends FoldOptions {
  /** Makes the accumulator of a new key. Absent: the first value itself is the accumulator (`reduce`). */
  readonly initial?: (() => unknown) | undefined
  /** When rows expire; only of a store that can be walked. Absent: never. */
  readonly expiry?: ExpiryRule | undefined
}

export function streamAggregate(options: StreamAggregateOptions): ProcessorSupplier {
  return () => new StreamAggregate(options)
}

class StreamAggregate implements Processor {
  readonly valueUse: 'read' | 'presence'
  private readonly options: StreamAggregateOptions
  private readonly initial: (() => unknown) | undefined
  private readonly add: FoldCallback
  private context!: ProcessorContext
  private rows!: TableRows
  private emission!: FoldEmission
  private expiry: RowExpiry | undefined

  constructor(options: StreamAggregateOptions) {
    this.options = options
    this.initial = options.initial
    this.add = options.add
    this.valueUse = options.readsValue === false ? 'presence' : 'read'
  }

  init(context: ProcessorContext): void {
    this.context = context
    this.rows = openRows(context, this.options.store)
    this.emission = new FoldEmission(context, this.rows.store, this.options)
    this.expiry = tableExpiry(context, this.options.store, this.options.expiry, this.emission.own)
  }

  process(record: StreamRecord): void {
    const { key, value } = record
    if (absent(key)) return this.context.drop('null-key')
    if (absent(value)) return this.context.drop('null-value')
    const { initial, add, rows, expiry } = this
    expiry?.advance()
    const emission = this.emission.current
    const row = rows.getWithTimestamp(key)
    // The store may go on using the row: what is needed after the put is read before.
    const rowValue = row?.value
    const old = row !== undefined ? rowValue : initial?.()
    let updated = row === undefined && initial === undefined ? value : add(old, value, key)
    if (updated === null) updated = undefined
    const timestamp = row !== undefined && row.timestamp > record.timestamp ? row.timestamp : record.timestamp
    const outcome = rows.put(key, updated, timestamp)
    if (outcome === 'too-old') return this.context.drop('expired')
    if (emission.holdsBack) emission.update(rows.identity(key), key, updated, rowValue, timestamp)
    else emission.forward(key, updated, old, timestamp, record.headers, outcome === 'latest')
    if (expiry === undefined) return
    if (updated !== undefined) expiry.touched(key, timestamp)
    expiry.advance()
  }

  flush(): void {
    this.emission.flush()
  }
}
