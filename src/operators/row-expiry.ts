/**
 * Deletes rows whose time is over, in the order of their times.
 *
 * Each row of the store has one entry in a heap, made when the row comes and corrected when its turn comes: an update
 * only makes a row live longer, so nothing is done for it before. (One whose timestamp goes back gets a second entry; the
 * first is void then.) So what is kept is bounded by the rows, and what is done by the rows that expire, never by a
 * scan. The heap is gathered from the store at every start, which is what makes expiry go on after a restart.
 *
 * Time is looked at before each record of the node, so that a record never meets a row that is over, and after every
 * record of the task that has moved stream time, whoever it was for; or, by the wall clock, now and then.
 */
import { Heap } from '../base/heap.ts'
import type { ProcessorContext } from '../processor/processor.ts'
import type { ExpiryRule } from '../state/expiry-rule.ts'
import type { KeyIdentity, KeyValueStore, ValueAndTimestamp } from '../state/store.ts'

/** What expiry needs of the task. */
export type ExpiryContext = Pick<ProcessorContext, 'schedule' | 'streamTime' | 'wallClock'>

export interface RowExpiryOptions {
  readonly context: ExpiryContext
  /** One that can be walked. */
  readonly store: KeyValueStore<unknown, unknown>
  readonly rule: ExpiryRule
  /** Told of a row that has been deleted, and of the time at which its time was over. */
  readonly expired?: (key: unknown, row: ValueAndTimestamp<unknown>, time: number) => void
}

interface Due {
  readonly key: unknown
  readonly identity: KeyIdentity
  /** Not later than the row's own. */
  readonly time: number
}

/** How often the wall clock is looked at: ten times in a ttl, every second at least. */
const lookMsMax = 1_000

export class RowExpiry {
  private readonly options: RowExpiryOptions
  private readonly due = new Heap<Due>((left, right) => left.time < right.time)
  /** The entry of each row that counts. */
  private readonly dueOf = new Map<KeyIdentity, Due>()

  constructor(options: RowExpiryOptions) {
    this.options = options
    const { context, store, rule } = options
    for (const [key] of store.walk()) this.touched(key, store.getWithTimestamp(key)!.timestamp)
    const advance = (now: number): void => this.expireUntil(now)
    if (rule.clock === 'stream') context.schedule(1, 'stream-time', advance)
    else context.schedule(Math.max(1, Math.min(lookMsMax, Math.ceil(rule.ttlMs / 10))), 'wall-clock', advance)
  }

  /** A row has been written. */
  touched(key: unknown, timestamp: number): void {
    const { store, rule } = this.options
    const identity = store.identity(key)
    const time = timestamp + rule.ttlMs
    const known = this.dueOf.get(identity)
    if (known !== undefined && known.time <= time) return
    const due = { key, identity, time }
    this.dueOf.set(identity, due)
    this.due.push(due)
  }

  /** Deletes what is over now. To be called before a record looks at the store, and after it has written. */
  advance(): void {
    const { context, rule } = this.options
    this.expireUntil(rule.clock === 'stream' ? context.streamTime : context.wallClock())
  }

  private expireUntil(now: number): void {
    for (let first = this.due.peek(); first !== undefined && first.time <= now; first = this.due.peek()) {
      this.due.pop()
      if (this.dueOf.get(first.identity) !== first) continue
      this.dueOf.delete(first.identity)
      this.settle(first.key, now)
    }
  }

  /** Deletes a row whose entry has come due, or makes it a new one if it was written since. */
  private settle(key: unknown, now: number): void {
    const { store, rule, expired } = this.options
    const row = store.getWithTimestamp(key)
    if (row === undefined) return
    const { value, timestamp } = row
    const time = timestamp + rule.ttlMs
    if (time > now) return this.touched(key, timestamp)
    store.put(key, undefined, time)
    expired?.(key, { value, timestamp }, time)
  }
}
