/**
 * Stream `dedupe`: lets a record pass unless one with its id has passed that is less than `within` away from it in time.
 *
 * Of each id the times of the records that have passed are kept, as long as they can matter: for `within` and the grace
 * in stream time. Out-of-order records are compared with what has passed on either side of them; one that is later than
 * the grace is dropped, because whether it has passed before is not known any more. A record without an id passes.
 */
import type { Processor, ProcessorContext, ProcessorSupplier } from '../processor/processor.ts'
import type { StreamRecord } from '../processor/record.ts'
import type { KeyValueStore } from '../state/store.ts'
import { absent, type ValueCallback } from './callbacks.ts'
import { RowExpiry } from './row-expiry.ts'

export interface DedupeOptions {
  /** One that can be walked; its values are the times, ascending. */
  readonly store: string
  readonly by: ValueCallback<unknown>
  readonly withinMs: number
  readonly graceMs: number
}

export function dedupe(options: DedupeOptions): ProcessorSupplier {
  return () => new Dedupe(options)
}

class Dedupe implements Processor {
  private readonly options: DedupeOptions
  private context!: ProcessorContext
  private store!: KeyValueStore<unknown, readonly number[]>
  private expiry!: RowExpiry

  constructor(options: DedupeOptions) {
    this.options = options
  }

  init(context: ProcessorContext): void {
    const { store: name, withinMs, graceMs } = this.options
    this.context = context
    this.store = context.store(name)
    const store = this.store as KeyValueStore<unknown, unknown>
    this.expiry = new RowExpiry({ context, store, rule: { ttlMs: withinMs + graceMs, clock: 'stream' } })
  }

  process(record: StreamRecord): void {
    const { context, store, expiry } = this
    const { by, withinMs, graceMs } = this.options
    const id = by(record.value, record.key, context.record)
    if (absent(id)) return context.forward(record)
    const { timestamp } = record
    const streamTime = this.streamTime()
    if (timestamp < streamTime - graceMs) return context.drop('late')
    expiry.advance()
    const passed = store.get(id) ?? []
    if (passed.some(time => Math.abs(time - timestamp) < withinMs)) return
    const stillOfUse = passed.filter(time => time > streamTime - withinMs - graceMs)
    const times = [...stillOfUse, timestamp].sort((a, b) => a - b)
    const last = times.at(-1)!
    store.put(id, times, last)
    expiry.touched(id, last)
    context.forward(record)
  }

  /** That of the task, and over a restart not less than it was. */
  private streamTime(): number {
    const { context } = this
    const { store } = this.options
    const streamTime = Math.max(context.streamTime, context.noted(store) ?? -1)
    context.note(store, streamTime)
    return streamTime
  }
}
