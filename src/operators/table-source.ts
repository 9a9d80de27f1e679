/**
 * The source of a table: turns records of a topic into changes of rows.
 *
 * A null key is dropped; a null value deletes (semantics S11). Rows follow the order of offsets, not of timestamps
 * (T8). Without a store every record is passed on and nothing is known about old values.
 */
import type { Processor, ProcessorContext, ProcessorSupplier } from '../processor/processor.ts'
import { StreamRecord } from '../processor/record.ts'
import type { KeyValueStore } from '../state/store.ts'
import { absent } from './callbacks.ts'
import { Change } from './change.ts'
import { Emission } from './emission.ts'

export interface TableSourceOptions {
  /** Absent when nobody reads the rows. */
  readonly store: string | undefined
  readonly sendOldValues: boolean
}

export function tableSource(options: TableSourceOptions): ProcessorSupplier {
  return () => new TableSource(options)
}

class TableSource implements Processor {
  private readonly options: TableSourceOptions
  private context!: ProcessorContext
  private store: KeyValueStore<unknown, unknown> | undefined
  private emission: Emission | undefined

  constructor(options: TableSourceOptions) {
    this.options = options
  }

  init(context: ProcessorContext): void {
    this.context = context
    const { store, sendOldValues } = this.options
    if (store === undefined) return
    this.store = context.store(store)
    this.emission = new Emission(context, store, sendOldValues)
  }

  process(record: StreamRecord): void {
    const { key, timestamp, headers } = record
    if (absent(key)) return this.context.drop('null-key')
    const value = record.value === null ? undefined : record.value
    const { store, emission } = this
    if (store === undefined || emission === undefined) {
      this.context.forward(new StreamRecord(key, new Change(value, undefined), timestamp, headers))
      return
    }
    const old = this.options.sendOldValues || emission.holdsBack ? store.get(key) : undefined
    store.put(key, value, timestamp)
    if (emission.holdsBack) emission.update(store.identity(key), key, value, old, timestamp)
    else emission.forward(key, value, old, timestamp, headers)
  }

  flush(): void {
    this.emission?.flush()
  }
}
