/** Table `mapValues`: maps the value of each row; deletes pass through without a call (semantics D31). */
import type { ProcessorSupplier } from '../processor/processor.ts'
import type { ValueCallback } from './callbacks.ts'
import { TableTransform } from './table-transform.ts'

export interface TableMapValuesOptions {
  readonly fn: ValueCallback<unknown>
  readonly store?: string | undefined
  readonly sendOldValues: boolean
}

export function tableMapValues({ fn, store, sendOldValues }: TableMapValuesOptions): ProcessorSupplier {
  return () => new TableTransform({ compute: fn, store, sendOldValues, skipsAbsentToAbsent: false })
}
