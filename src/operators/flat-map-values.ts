/** Stream `flatMapValues`: any number of values for each record, the key as it is. */
import type { Processor, ProcessorContext, ProcessorSupplier } from '../processor/processor.ts'
import type { StreamRecord } from '../processor/record.ts'
import type { ValueCallback } from './callbacks.ts'
import { assertIterable } from './pair.ts'

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
    const values: unknown = this.fn(record.value, record.key, context.record)
    assertIterable(values)
    for (const value of values) context.forward(record.withValue(value))
  }
}
