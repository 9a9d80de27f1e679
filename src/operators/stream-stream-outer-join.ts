/**
 * One side of a stream-stream `leftJoin` or `outerJoin`: an inner join that holds what has no match.
 *
 * A record without a match is held, if its side is one whose records all come out, until a match takes it away (semantics
 * J4) or none can come: until its window and the grace have passed. It is put out then, with its own timestamp, by the
 * next record that is as late as any before, and before that record is joined (J5-J7). Nothing comes while both inputs are
 * idle. A record that is so late that its window has passed, but for the grace, comes out at once (J8); so does one
 * without a key, which can have no match (S8).
 *
 * Kafka looks for records to put out once a second at most, because it costs it a scan; here it costs next to nothing and
 * happens whenever it is due.
 */
import type { Processor, ProcessorContext, ProcessorSupplier } from '../processor/processor.ts'
import { StreamRecord } from '../processor/record.ts'
import { noHeaders } from '../record/record.ts'
import type { HeldRecordStore } from '../state/held-record-store.ts'
import type { HeldKey } from '../state/held-serde.ts'
import type { WindowStore } from '../state/store.ts'
import { absent, type JoinCallback } from './callbacks.ts'
import { idleTime } from './idle-time.ts'
import { outerJoinTimeOf, type OuterJoinTime } from './outer-join-time.ts'
import { joinerOf, reachOf, type StreamStreamJoinOptions } from './stream-stream-join.ts'

export interface StreamStreamOuterJoinOptions extends StreamStreamJoinOptions {
  /** The store of held records, which both sides share. */
  readonly heldStore: string
  /** Whether records of this side come out without a match. */
  readonly keepsUnmatched: boolean
  /** How long both inputs are silent before time goes on by the clock. Absent: only records move it. */
  readonly idleMs?: number | undefined
}

export function streamStreamOuterJoin(options: StreamStreamOuterJoinOptions): ProcessorSupplier {
  return () => new StreamStreamOuterJoin(options)
}

/** What has moved time: a record, or the clock. */
type Cause = Pick<StreamRecord, 'timestamp' | 'headers'>

class StreamStreamOuterJoin implements Processor {
  private readonly options: StreamStreamOuterJoinOptions
  private readonly join: JoinCallback
  private readonly left: boolean
  private readonly backMs: number
  private readonly aheadMs: number
  private context!: ProcessorContext
  private others!: WindowStore<unknown, unknown>
  private held!: HeldRecordStore
  private time!: OuterJoinTime

  constructor(options: StreamStreamOuterJoinOptions) {
    const { side, windows, joiner } = options
    const { backMs, aheadMs } = reachOf(side, windows)
    this.options = options
    this.join = joinerOf(side, joiner)
    this.left = side === 'left'
    this.backMs = backMs
    this.aheadMs = aheadMs
  }

  init(context: ProcessorContext): void {
    this.context = context
    this.others = context.store(this.options.otherStore)
    this.held = context.store(this.options.heldStore)
    this.time = outerJoinTimeOf(this.held)
    const { heldStore: name, idleMs } = this.options
    // One side sees to it for both.
    if (!this.left) return
    const advance = (streamTime: number): void => {
      this.time.latest = Math.max(this.time.latest, streamTime)
      this.putOutClosed({ timestamp: this.time.latest, headers: noHeaders })
    }
    this.time.idle = idleTime({ context, name, idleMs, advance })
  }

  process(record: StreamRecord): void {
    const { key, value, timestamp } = record
    const { context, time } = this
    if (timestamp > time.latest) time.latest = timestamp
    if (time.idle !== undefined) time.latest = time.idle.seen(time.latest)
    if (absent(value)) return context.drop('null-value')
    if (absent(key)) {
      if (!this.options.keepsUnmatched) return context.drop('null-key')
      return context.forward(record.withValue(this.join(value, undefined, key)))
    }
    if (timestamp === time.latest) this.releaseClosed(record)
    this.joinWithOthers(record)
  }

  private joinWithOthers(record: StreamRecord): void {
    const { key, value, timestamp } = record
    const { context, held, time } = this
    const from = Math.max(0, timestamp - this.backMs)
    const to = Math.max(0, timestamp + this.aheadMs)
    const matches = this.others.fetchRange(key, from, to)
    for (const { start, value: other } of matches) {
      held.release({ timestamp: start, left: !this.left, key }, timestamp)
      const joined = record.withValue(this.join(value, other, key))
      context.forward(start > timestamp ? joined.withTimestamp(start) : joined)
    }
    if (matches.length > 0 || !this.options.keepsUnmatched) return
    if (to < time.latest) return context.forward(record.withValue(this.join(value, undefined, key)))
    if (timestamp < time.least) time.least = timestamp
    held.hold({ timestamp, left: this.left, key }, value)
  }

  /** Puts out the held records that can have no match any more, in their order. */
  private releaseClosed(cause: Cause): void {
    const { time } = this
    const { graceMs } = this.options.windows
    if (time.least + this.aheadMs + graceMs < time.latest) this.putOutClosed(cause)
  }

  private putOutClosed(cause: Cause): void {
    const { held, time } = this
    time.least = Infinity
    const released: HeldKey[] = []
    let leftIsOpen = false
    let rightIsOpen = false
    for (const key of held.keys()) {
      time.least = key.timestamp
      // Later records of both sides are open as well.
      if (leftIsOpen && rightIsOpen) break
      if (this.isOpen(key)) {
        if (key.left) leftIsOpen = true
        else rightIsOpen = true
        // The next record that is looked at is what counts for `least`, and it may have the same key and time.
        if (leftIsOpen && rightIsOpen && held.valuesOf(key).length > 1) break
        continue
      }
      this.putOut(key, cause)
      released.push(key)
    }
    for (const key of released) held.release(key, cause.timestamp)
  }

  private isOpen({ timestamp, left }: HeldKey): boolean {
    const { beforeMs, afterMs, graceMs } = this.options.windows
    return timestamp + (left ? afterMs : beforeMs) + graceMs >= this.time.latest
  }

  private putOut(held: HeldKey, { headers }: Cause): void {
    const { key, timestamp, left } = held
    const { joiner } = this.options
    for (const { value } of this.held.valuesOf(held)) {
      const joined = left ? joiner(value, undefined, key) : joiner(undefined, value, key)
      this.context.forward(new StreamRecord(key, joined, timestamp, headers))
    }
  }
}
