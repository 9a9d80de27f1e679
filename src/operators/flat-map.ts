/** Stream `flatMap`: any number of records, with new keys and values, for each record. */
import type { Processor, ProcessorContext, ProcessorSupplier } from '../processor/processor.ts'
import { StreamRecord } from '../processor/record.ts'
import type { ValueCallback } from './callbacks.ts'
import { assertIterable, assertPair } from './pair.ts'

/** `fn` answers the pairs `[key, value]` in the order in which they are forwarded. */
export function flatMap(
  fn: ValueCallback<Iterable<readonly [key: unknown, value: unknown]>>,
): ProcessorSupplier {
  return () => new FlatMap(fn)
}

class FlatMap implements Processor {
  private readonly fn: ValueCallback<Iterable<readonly [key: unknown, value: unknown]>>
  private context!: ProcessorContext

  constructor(fn: ValueCallback<Iterable<readonly [key: unknown, value: unknown]>>) {
    this.fn = fn
  }

  init(context: ProcessorContext): void {
    this.context = context
  }

  process(record: StreamRecord): void {
    const { context } = this
    const pairs: unknown = this.fn(record.value, record.key, context.record)
    assertIterable(pairs)
    for (const pair of pairs) {
      assertPair(pair)
      context.forward(new StreamRecord(pair[0], pair[1], record.timestamp, record.headers))
    }
  }
}
