/**
 * Table `transformValues`: computes the value of each row from value and key, deletes included (semantics D32).
 *
 * Unlike `mapValues` it is called for values that are not there, and may make a row of none. Rows that are not kept
 * are computed again whenever they are looked up, and so are old values: equal arguments must give equal answers.
 */
import type { ProcessorContext, ProcessorSupplier, RecordContext } from '../processor/processor.ts'
import { noHeaders } from '../record/record.ts'
import { absent, type ValueCallback } from './callbacks.ts'
import { TableTransform } from './table-transform.ts'
import type { ValueGetter, ValueGetterSupplier } from './value-getter.ts'

export interface TableTransformValuesOptions {
  readonly fn: ValueCallback<unknown>
  readonly store?: string | undefined
  readonly sendOldValues: boolean
}

export function tableTransformValues(options: TableTransformValuesOptions): ProcessorSupplier {
  const { fn, store, sendOldValues } = options
  const common = { compute: fn, store, sendOldValues, skipsAbsentToAbsent: false }
  return () => new TableTransform({ ...common, computesAbsent: true })
}

/** Rows of the table above, transformed; `fn` is asked about rows that are not there too. */
export function transformValuesGetter(
  above: ValueGetterSupplier,
  fn: ValueCallback<unknown>,
): ValueGetterSupplier {
  return {
    stores: above.stores,
    get: (context: ProcessorContext): ValueGetter => {
      const rows = above.get(context)
      return {
        get: (key, asOf) => {
          const row = rows.get(key, asOf)
          const timestamp = row?.timestamp ?? -1
          const value = fn(row?.value, key, placeOf(timestamp))
          return absent(value) ? undefined : { value, timestamp }
        },
      }
    },
  }
}

/** A row that is looked up comes from no record; all that is known of it is its time. */
function placeOf(timestamp: number): RecordContext {
  return { topic: undefined, partition: -1, offset: -1, timestamp, headers: noHeaders }
}
