/**
 * One side of a stream-stream `join`: joins each record with those of the other side that are near it in time.
 *
 * A left record finds the right ones in `[timestamp - before, timestamp + after]`, a right record the left ones in
 * `[timestamp - after, timestamp + before]`, clamped at 0 at both ends (semantics J2). Each match is one result, in the
 * order of the other side's time, with the later of both timestamps and the headers of the record that came last (J3,
 * H2). Null keys and values are dropped (S7). Late records are looked up like others (J11).
 */
import type { Processor, ProcessorContext, ProcessorSupplier } from '../processor/processor.ts'
import type { StreamRecord } from '../processor/record.ts'
import type { WindowStore } from '../state/store.ts'
import type { JoinWindows } from '../windows/join-windows.ts'
import { absent, type JoinCallback } from './callbacks.ts'

export interface StreamStreamJoinOptions {
  /** The side whose records come in. */
  readonly side: 'left' | 'right'
  readonly windows: JoinWindows
  /** The store of the other side. */
  readonly otherStore: string
  readonly joiner: JoinCallback
}

export function streamStreamJoin(options: StreamStreamJoinOptions): ProcessorSupplier {
  return () => new StreamStreamJoin(options)
}

/** How far a record looks into the past and into the future of the other side. */
export function reachOf(
  side: 'left' | 'right',
  { beforeMs, afterMs }: JoinWindows,
): { readonly backMs: number; readonly aheadMs: number } {
  return side === 'left' ? { backMs: beforeMs, aheadMs: afterMs } : { backMs: afterMs, aheadMs: beforeMs }
}

/** `(own, other, key)` for a joiner that takes `(left, right, key)`. */
export function joinerOf(side: 'left' | 'right', joiner: JoinCallback): JoinCallback {
  return side === 'left' ? joiner : (own, other, key) => joiner(other, own, key)
}

class StreamStreamJoin implements Processor {
  private readonly otherStore: string
  private readonly join: JoinCallback
  private readonly backMs: number
  private readonly aheadMs: number
  private context!: ProcessorContext
  private others!: WindowStore<unknown, unknown>

  constructor({ side, windows, otherStore, joiner }: StreamStreamJoinOptions) {
    const { backMs, aheadMs } = reachOf(side, windows)
    this.otherStore = otherStore
    this.join = joinerOf(side, joiner)
    this.backMs = backMs
    this.aheadMs = aheadMs
  }

  init(context: ProcessorContext): void {
    this.context = context
    this.others = context.store(this.otherStore)
  }

  process(record: StreamRecord): void {
    const { key, value, timestamp } = record
    const { context } = this
    if (absent(key)) return context.drop('null-key')
    if (absent(value)) return context.drop('null-value')
    const from = Math.max(0, timestamp - this.backMs)
    const to = Math.max(0, timestamp + this.aheadMs)
    for (const other of this.others.fetchRange(key, from, to)) {
      const joined = record.withValue(this.join(value, other.value, key))
      context.forward(other.start > timestamp ? joined.withTimestamp(other.start) : joined)
    }
  }
}
