/**
 * The source of a table: turns records of a topic into changes of rows.
 *
 * A null key is dropped; a null value deletes (semantics S11). Rows follow the order of offsets, not of timestamps, but
 * where they are kept with their versions (T8): then a record goes where its time belongs, and one that is older than the
 * history is dropped. Without a store every record is passed on and nothing is known about old values.
 */
import type { Processor, ProcessorContext, ProcessorSupplier } from '../processor/processor.ts'
import { StreamRecord } from '../processor/record.ts'
import type { ExpiryRule } from '../state/expiry-rule.ts'
import { absent } from './callbacks.ts'
import { Change } from './change.ts'
import { Emission } from './emission.ts'
import type { RowExpiry } from './row-expiry.ts'
import { tableExpiry } from './table-expiry.ts'
import { openRows, type TableRows } from './table-rows.ts'

export interface TableSourceOptions {
  /** Absent when nobody reads the rows. */
  readonly store: string | undefined
  readonly sendOldValues: boolean
  /** When rows expire; only of a store that can be walked. Absent: never. */
  readonly expiry?: ExpiryRule | undefined
}

export function tableSource(options: TableSourceOptions): ProcessorSupplier {
  return () => new TableSource(options)
}

class TableSource implements Processor {
  private readonly options: TableSourceOptions
  private context!: ProcessorContext
  private rows: TableRows | undefined
  private emission: Emission | undefined
  private expiry: RowExpiry | undefined

  constructor(options: TableSourceOptions) {
    this.options = options
  }

  init(context: ProcessorContext): void {
    this.context = context
    const { store, sendOldValues } = this.options
    if (store === undefined) return
    this.rows = openRows(context, store)
    this.emission = new Emission(context, store, sendOldValues)
    this.expiry = tableExpiry(context, store, this.options.expiry, this.emission)
  }

  process(record: StreamRecord): void {
    const { key, timestamp, headers } = record
    if (absent(key)) return this.context.drop('null-key')
    const value = record.value === null ? undefined : record.value
    const { rows, emission, expiry } = this
    if (rows === undefined || emission === undefined) {
      this.context.forward(new StreamRecord(key, new Change(value, undefined), timestamp, headers))
      return
    }
    expiry?.advance()
    const old = this.options.sendOldValues || emission.holdsBack ? rows.get(key) : undefined
    const outcome = rows.put(key, value, timestamp)
    if (outcome === 'too-old') return this.context.drop('expired')
    if (emission.holdsBack) emission.update(rows.identity(key), key, value, old, timestamp)
    else emission.forward(key, value, old, timestamp, headers, outcome === 'latest')
    if (expiry === undefined) return
    if (value !== undefined) expiry.touched(key, timestamp)
    expiry.advance()
  }

  flush(): void {
    this.emission?.flush()
  }
}
