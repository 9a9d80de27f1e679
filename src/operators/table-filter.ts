/**
 * Table `filter` and `filterNot`: a row that does not pass is a deleted row downstream (semantics D30).
 *
 * When old values are sent, a change whose old and new value both do not pass sends nothing; otherwise every row
 * that does not pass sends a tombstone, whether or not it ever passed. With a store the rows that pass are kept. Below
 * versions nothing is left out: a row that does not pass is a version of its own, from its time on (V7).
 */
import type { ProcessorSupplier } from '../processor/processor.ts'
import { accepts, type ValueCallback } from './callbacks.ts'
import { TableTransform } from './table-transform.ts'

export interface TableFilterOptions {
  readonly predicate: ValueCallback<unknown>
  /** Makes it `filterNot`. */
  readonly negate?: boolean | undefined
  readonly store?: string | undefined
  readonly sendOldValues: boolean
  /** Whether the table above keeps versions. Default false. */
  readonly ofVersions?: boolean | undefined
}

export function tableFilter(options: TableFilterOptions): ProcessorSupplier {
  const { predicate, negate = false, store, sendOldValues, ofVersions = false } = options
  return () =>
    new TableTransform({
      compute: (value, key, record) =>
        accepts(predicate(value, key, record)) !== negate ? value : undefined,
      store,
      sendOldValues,
      skipsAbsentToAbsent: !ofVersions,
    })
}
