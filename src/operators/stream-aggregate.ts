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
import { Emission } from './emission.ts'
import { lastEmissionOf, shareEmission } from './shared-emission.ts'
import type { RowExpiry } from './row-expiry.ts'
import { tableExpiry } from './table-expiry.ts'
import { openRows, type TableRows } from './table-rows.ts'

export interface StreamAggregateOptions {
  readonly store: string
  /** Makes the accumulator of a new key. Absent: the first value itself is the accumulator (`reduce`). */
  readonly initial?: (() => unknown) | undefined
  readonly add: FoldCallback
  readonly sendOldValues: boolean
  /** False when `add` never looks at the value (`count`): then a source need not decode it. Default true. */
  readonly readsValue?: boolean | undefined
  /** Whether other nodes fold into the same store (`cogroup`); then all hold back in one place. Default false. */
  readonly sharesEmission?: boolean | undefined
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
  private emission!: Emission
  private expiry: RowExpiry | undefined
  private shared = false

  constructor(options: StreamAggregateOptions) {
    this.options = options
    this.initial = options.initial
    this.add = options.add
    this.valueUse = options.readsValue === false ? 'presence' : 'read'
  }

  init(context: ProcessorContext): void {
    this.context = context
    this.rows = openRows(context, this.options.store)
    const { store, sendOldValues, sharesEmission = false } = this.options
    this.emission = new Emission(context, store, sendOldValues)
    this.expiry = tableExpiry(context, store, this.options.expiry, this.emission)
    this.shared = sharesEmission && this.emission.holdsBack
    if (this.shared) shareEmission(this.rows.store, this.emission)
  }

  process(record: StreamRecord): void {
    const { key, value } = record
    if (absent(key)) return this.context.drop('null-key')
    if (absent(value)) return this.context.drop('null-value')
    const { initial, add, rows, expiry } = this
    expiry?.advance()
    const emission = this.shared ? lastEmissionOf(rows.store) : this.emission
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
    // One that is shared is flushed by the last of the nodes, when all have seen their records.
    if (!this.shared || lastEmissionOf(this.rows.store) === this.emission) this.emission.flush()
  }
}
