/** Stream `filter` and `filterNot`: passes the records that the predicate accepts (semantics S1). */
import type { Processor, ProcessorContext, ProcessorSupplier } from '../processor/processor.ts'
import type { StreamRecord } from '../processor/record.ts'
import { accepts, type ValueCallback } from './callbacks.ts'

/** Null keys and values are passed to `predicate` like any other; `negate` makes it `filterNot`. */
export function filter(predicate: ValueCallback<unknown>, negate = false): ProcessorSupplier {
  return () => new Filter(predicate, negate)
}

class Filter implements Processor {
  private readonly predicate: ValueCallback<unknown>
  private readonly negate: boolean
  private context!: ProcessorContext

  constructor(predicate: ValueCallback<unknown>, negate: boolean) {
    this.predicate = predicate
    this.negate = negate
  }

  init(context: ProcessorContext): void {
    this.context = context
  }

  process(record: StreamRecord): void {
    const { context } = this
    const passes = accepts(this.predicate(record.value, record.key, context.record))
    if (passes !== this.negate) context.forward(record)
  }
}
