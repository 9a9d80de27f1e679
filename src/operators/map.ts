/** Stream `map`: a new key and a new value for each record (semantics S1, D12). */
import type { Processor, ProcessorContext, ProcessorSupplier } from '../processor/processor.ts'
import { StreamRecord } from '../processor/record.ts'
import type { ValueCallback } from './callbacks.ts'
import { assertPair } from './pair.ts'

/** `fn` answers the pair `[key, value]`; anything else is refused. */
export function map(fn: ValueCallback<readonly [key: unknown, value: unknown]>): ProcessorSupplier {
  return () => new MapRecord(fn)
}

class MapRecord implements Processor {
  private readonly fn: ValueCallback<readonly [key: unknown, value: unknown]>
  private context!: ProcessorContext

  constructor(fn: ValueCallback<readonly [key: unknown, value: unknown]>) {
    this.fn = fn
  }

  init(context: ProcessorContext): void {
    this.context = context
  }

  process(record: StreamRecord): void {
    const { context } = this
    const result = this.fn(record.value, record.key, context.record)
    assertPair(result)
    context.forward(new StreamRecord(result[0], result[1], record.timestamp, record.headers))
  }
}
