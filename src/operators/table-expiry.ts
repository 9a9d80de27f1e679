/** The end of a table's rows whose time is over: what is put out of each. */
import type { ProcessorContext } from '../processor/processor.ts'
import type { ExpiryRule } from '../state/expiry-rule.ts'
import type { KeyValueStore } from '../state/store.ts'
import type { Emission } from './emission.ts'
import { RowExpiry } from './row-expiry.ts'

/** Deletes rows of the store called `name` and puts their ends out, by `rule`; nothing without one. */
export function tableExpiry(
  context: ProcessorContext,
  name: string,
  rule: ExpiryRule | undefined,
  emission: Emission,
): RowExpiry | undefined {
  if (rule === undefined) return undefined
  const store = context.store<KeyValueStore<unknown, unknown>>(name)
  return new RowExpiry({
    context,
    store,
    rule,
    expired: (key, { value }, time) => {
      if (emission.holdsBack) emission.update(store.identity(key), key, undefined, value, time)
      else emission.forward(key, undefined, value, time, context.keptHeaders)
    },
  })
}
