/** Nodes that pass records on as they are: merge, the children of a branch, and the filter before a repartition topic. */
import type { Processor, ProcessorContext, ProcessorSupplier } from '../processor/processor.ts'
import type { StreamRecord } from '../processor/record.ts'

/** Every record goes to every child. */
export function passThrough(): ProcessorSupplier {
  return () => new PassThrough()
}

/** Records with a null key are left out, uncounted: what stands before a repartition topic (semantics S2). */
export function nonNullKey(): ProcessorSupplier {
  return () => new NonNullKey()
}

class PassThrough implements Processor {
  readonly valueUse = 'pass'
  private context!: ProcessorContext

  init(context: ProcessorContext): void {
    this.context = context
  }

  process(record: StreamRecord): void {
    this.context.forward(record)
  }
}

class NonNullKey implements Processor {
  readonly valueUse = 'pass'
  private context!: ProcessorContext

  init(context: ProcessorContext): void {
    this.context = context
  }

  process(record: StreamRecord): void {
    if (record.key !== undefined && record.key !== null) this.context.forward(record)
  }
}
