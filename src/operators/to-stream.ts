/** Table `toStream`: the new value of each change as a record, tombstones included (semantics D33). */
import type { Processor, ProcessorContext, ProcessorSupplier } from '../processor/processor.ts'
import { StreamRecord } from '../processor/record.ts'
import type { ValueCallback } from './callbacks.ts'
import type { Change } from './change.ts'

/** `keyMapper`, where given, makes the record's key from `(value, key)`; it is called for tombstones too. */
export function toStream(keyMapper?: ValueCallback<unknown>): ProcessorSupplier {
  return () => new ToStream(keyMapper)
}

class ToStream implements Processor<unknown, Change> {
  private readonly keyMapper: ValueCallback<unknown> | undefined
  private context!: ProcessorContext

  constructor(keyMapper: ValueCallback<unknown> | undefined) {
    this.keyMapper = keyMapper
  }

  init(context: ProcessorContext): void {
    this.context = context
  }

  process(record: StreamRecord<unknown, Change>): void {
    const { context, keyMapper } = this
    const value = record.value.newValue
    const key = keyMapper === undefined ? record.key : keyMapper(value, record.key, context.record)
    context.forward(new StreamRecord(key, value, record.timestamp, record.headers))
  }
}
