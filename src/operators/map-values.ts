/** Stream `mapValues`: a new value for each record, the key as it is (semantics S1, D13). */
import type { Processor, ProcessorContext, ProcessorSupplier } from '../processor/processor.ts'
import type { StreamRecord } from '../processor/record.ts'
import type { ValueCallback } from './callbacks.ts'

/** Null values are passed to `fn` like any other. */
export function mapValues(fn: ValueCallback<unknown>): ProcessorSupplier {
  return () => new MapValues(fn)
}

class MapValues implements Processor {
  private readonly fn: ValueCallback<unknown>
  private context!: ProcessorContext

  constructor(fn: ValueCallback<unknown>) {
    this.fn = fn
  }

  init(context: ProcessorContext): void {
    this.context = context
  }

  process(record: StreamRecord): void {
    const { context } = this
    context.forward(record.withValue(this.fn(record.value, record.key, context.record)))
  }
}
