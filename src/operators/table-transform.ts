/**
 * What table `filter` and `mapValues` share: a row computed from the row above, kept in a store or not.
 *
 * The old value comes from the store where there is one, and is recomputed from the old value above otherwise
 * (semantics K1, K5).
 */
import type { Processor, ProcessorContext } from '../processor/processor.ts'
import { StreamRecord } from '../processor/record.ts'
import type { ValueCallback } from './callbacks.ts'
import { Change } from './change.ts'
import { Emission } from './emission.ts'
import { openRows, type TableRows } from './table-rows.ts'

export interface TableTransformOptions {
  /** Called with values that are there only, unless `computesAbsent`; answers `undefined` or null for no row. */
  readonly compute: ValueCallback<unknown>
  readonly store: string | undefined
  readonly sendOldValues: boolean
  /** Whether a change from no row to no row is not forwarded, when old values are known. */
  readonly skipsAbsentToAbsent: boolean
  /** Whether `compute` is called with `undefined` too. Default false. */
  readonly computesAbsent?: boolean
}

export class TableTransform implements Processor<unknown, Change> {
  private readonly options: TableTransformOptions
  private context!: ProcessorContext
  private rows: TableRows | undefined
  private emission: Emission | undefined

  constructor(options: TableTransformOptions) {
    this.options = options
  }

  init(context: ProcessorContext): void {
    this.context = context
    const { store, sendOldValues } = this.options
    if (store === undefined) return
    this.rows = openRows(context, store)
    this.emission = new Emission(context, store, sendOldValues)
  }

  process(record: StreamRecord<unknown, Change>): void {
    const { key, value: change, timestamp, headers } = record
    const { sendOldValues, skipsAbsentToAbsent } = this.options
    const newValue = this.compute(change.newValue, key)
    const { rows, emission } = this
    if (rows === undefined || emission === undefined) {
      const old = sendOldValues ? this.compute(change.oldValue, key) : undefined
      if (skipsAbsentToAbsent && sendOldValues && old === undefined && newValue === undefined) return
      const changed = new Change(newValue, old, change.isLatest)
      this.context.forward(new StreamRecord(key, changed, timestamp, headers))
      return
    }
    const old = sendOldValues || emission.holdsBack ? rows.get(key) : undefined
    if (skipsAbsentToAbsent && sendOldValues && old === undefined && newValue === undefined) return
    const outcome = rows.put(key, newValue, timestamp)
    if (outcome === 'too-old') return this.context.drop('expired')
    if (emission.holdsBack) emission.update(rows.identity(key), key, newValue, old, timestamp)
    else emission.forward(key, newValue, old, timestamp, headers, outcome === 'latest')
  }

  flush(): void {
    this.emission?.flush()
  }

  private compute(value: unknown, key: unknown): unknown {
    if (value === undefined && this.options.computesAbsent !== true) return undefined
    const computed = this.options.compute(value, key, this.context.record)
    return computed === null ? undefined : computed
  }
}
