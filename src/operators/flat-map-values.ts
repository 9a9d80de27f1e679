/** Stream `flatMapValues`: any number of values for each record, the key as it is. */
import type { Processor, ProcessorContext, ProcessorSupplier } from '../processor/processor.ts'
import type { StreamRecord } from '../processor/record.ts'
import type { ValueCallback } from './callbacks.ts'

/** `fn` answers the values in the order in which they are forwarded. */
export function flatMapValues(fn: ValueCallback<Iterable<unknown>>): ProcessorSupplier {
  return () => new FlatMapValues(fn)
}

class FlatMapValues implements Processor {
  private readonly fn: ValueCallback<Iterable<unknown>>
  private context!: ProcessorContext

  constructor(fn: ValueCallback<Iterable<unknown>>) {
    this.fn = fn
  }

  init(context: ProcessorContext): void {
    this.context = context
  }

  process(record: StreamRecord): void {
    const { context } = this
    for (const value of this.fn(record.value, record.key, context.record))
      context.forward(record.withValue(value))
  }
}
