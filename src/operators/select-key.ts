/** Stream `selectKey`: a new key for each record, the value as it is (semantics S1, D11). */
import type { Processor, ProcessorContext, ProcessorSupplier } from '../processor/processor.ts'
import type { StreamRecord } from '../processor/record.ts'
import type { ValueCallback } from './callbacks.ts'

/** Null keys and values are passed to `fn` like any other. */
export function selectKey(fn: ValueCallback<unknown>): ProcessorSupplier {
  return () => new SelectKey(fn)
}

class SelectKey implements Processor {
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
    context.forward(record.withKey(this.fn(record.value, record.key, context.record)))
  }
}
