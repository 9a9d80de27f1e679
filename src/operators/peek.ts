/** Stream `peek` and `foreach`: a side effect for each record, which goes on unchanged (semantics S1, D14). */
import type { Processor, ProcessorContext, ProcessorSupplier } from '../processor/processor.ts'
import type { StreamRecord } from '../processor/record.ts'
import type { ValueCallback } from './callbacks.ts'

/** What `fn` answers is ignored: it cannot wait for a promise. */
export function peek(fn: ValueCallback<void>): ProcessorSupplier {
  return () => new Peek(fn)
}

class Peek implements Processor {
  private readonly fn: ValueCallback<void>
  private context!: ProcessorContext

  constructor(fn: ValueCallback<void>) {
    this.fn = fn
  }

  init(context: ProcessorContext): void {
    this.context = context
  }

  process(record: StreamRecord): void {
    const { context } = this
    this.fn(record.value, record.key, context.record)
    context.forward(record)
  }
}
