/**
 * `count`, `reduce` and `aggregate` of a grouped table: takes the old row out of its group and adds the new one.
 *
 * Subtracting comes first, and only from an aggregate that is there; adding to none begins anew (semantics K7). A
 * fold that answers nothing deletes the group's row (K9); a count stays when it comes down to zero (K8). The row's
 * timestamp is the greatest of the changes that made it.
 */
import { assert } from '../base/assert.ts'
import type { Processor, ProcessorContext, ProcessorSupplier } from '../processor/processor.ts'
import type { StreamRecord } from '../processor/record.ts'
import { absent, type FoldCallback } from './callbacks.ts'
import type { Change } from './change.ts'
import { Emission } from './emission.ts'
import { openRows, type TableRows } from './table-rows.ts'

export interface TableAggregateOptions {
  readonly store: string
  /** Makes the aggregate of an empty group. Absent: the first value itself is the aggregate (`reduce`). */
  readonly initial: (() => unknown) | undefined
  readonly add: FoldCallback
  readonly subtract: FoldCallback
  readonly sendOldValues: boolean
}

export function tableAggregate(options: TableAggregateOptions): ProcessorSupplier {
  return () => new TableAggregate(options)
}

class TableAggregate implements Processor<unknown, Change> {
  private readonly options: TableAggregateOptions
  private context!: ProcessorContext
  private rows!: TableRows
  private emission!: Emission

  constructor(options: TableAggregateOptions) {
    this.options = options
  }

  init(context: ProcessorContext): void {
    this.context = context
    this.rows = openRows(context, this.options.store)
    this.emission = new Emission(context, this.options.store, this.options.sendOldValues)
  }

  process(record: StreamRecord<unknown, Change>): void {
    const { key, value: change } = record
    assert(!absent(key), 'a grouping sends no change without a group')
    const { rows, emission } = this
    const row = rows.getWithTimestamp(key)
    // The store may go on using the row: what is needed after the put is read before.
    const old = row?.value
    const timestamp = row !== undefined && row.timestamp > record.timestamp ? row.timestamp : record.timestamp
    const updated = this.fold(old, change, key)
    const outcome = rows.put(key, updated, timestamp)
    if (outcome === 'too-old') return this.context.drop('expired')
    if (emission.holdsBack) emission.update(rows.identity(key), key, updated, old, timestamp)
    else emission.forward(key, updated, old, timestamp, record.headers, outcome === 'latest')
  }

  flush(): void {
    this.emission.flush()
  }

  private fold(old: unknown, { newValue, oldValue }: Change, key: unknown): unknown {
    const { initial, add, subtract } = this.options
    let aggregate = old
    if (!absent(oldValue) && old !== undefined) aggregate = subtract(old, oldValue, key)
    if (!absent(newValue)) {
      if (!absent(aggregate)) aggregate = add(aggregate, newValue, key)
      else aggregate = initial === undefined ? newValue : add(initial(), newValue, key)
    }
    return aggregate === null ? undefined : aggregate
  }
}
