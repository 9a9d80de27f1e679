/**
 * What stands before each side of a stream-stream join: keeps the records that the other side is to find.
 *
 * A record goes to its join first and into the store then, so that it never meets itself there (semantics J1). One that
 * is older than the retention is joined all the same, and not kept (J11).
 */
import type { Processor, ProcessorContext, ProcessorSupplier } from '../processor/processor.ts'
import type { StreamRecord } from '../processor/record.ts'
import type { WindowStore } from '../state/store.ts'
import { absent } from './callbacks.ts'

/** `store` keeps duplicates. */
export function joinWindow(store: string): ProcessorSupplier {
  return () => new JoinWindow(store)
}

class JoinWindow implements Processor {
  private readonly storeName: string
  private context!: ProcessorContext
  private store!: WindowStore<unknown, unknown>

  constructor(storeName: string) {
    this.storeName = storeName
  }

  init(context: ProcessorContext): void {
    this.context = context
    this.store = context.store(this.storeName)
  }

  process(record: StreamRecord): void {
    const { key, value, timestamp } = record
    this.context.forward(record)
    if (absent(key) || absent(value)) return
    if (!this.store.put(key, value, timestamp, timestamp)) this.context.drop('expired')
  }
}
