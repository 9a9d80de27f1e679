/**
 * What stands before each side of a stream-stream join: keeps the records that the other side is to find.
 *
 * A record goes to its join first and into the store then, so that it never meets itself there (semantics J1). One that
 * is older than the retention is joined all the same, and not kept (J11): it goes to the nodes that were declared for such
 * records, if there are any.
 */
import type { Processor, ProcessorContext, ProcessorSupplier } from '../processor/processor.ts'
import type { StreamRecord } from '../processor/record.ts'
import type { WindowStore } from '../state/store.ts'
import { absent } from './callbacks.ts'

export interface JoinWindowOptions {
  /** One that keeps duplicates. */
  readonly store: string
  /** The children that get the records that come too late to be kept. */
  readonly late: readonly string[]
}

export function joinWindow(options: JoinWindowOptions): ProcessorSupplier {
  return () => new JoinWindow(options)
}

class JoinWindow implements Processor {
  private readonly options: JoinWindowOptions
  private context!: ProcessorContext
  private store!: WindowStore<unknown, unknown>

  constructor(options: JoinWindowOptions) {
    this.options = options
  }

  init(context: ProcessorContext): void {
    this.context = context
    this.store = context.store(this.options.store)
  }

  process(record: StreamRecord): void {
    const { key, value, timestamp } = record
    this.context.forward(record)
    if (absent(key) || absent(value)) return
    if (this.store.put(key, value, timestamp, timestamp)) return
    this.context.drop('expired')
    for (const late of this.options.late) this.context.forwardTo(late, record)
  }
}
