/**
 * Punctuations of one kind of time: what is due is fired, earliest first.
 *
 * Next times are multiples of the interval from the anchor; however many were missed, one call makes up for them
 * (semantics U1, U2), and it is told the time that it is, not the one that was planned (U4). What is due at the same time
 * fires in the order in which Kafka's heap gives it, which is the order of this one: both are filled and emptied alike.
 */
import { Heap } from '../base/heap.ts'
import type { Cancellable } from '../processor/processor.ts'

/** The node that scheduled a punctuation; it runs it, so that an error gets its place. */
export interface Punctuated {
  runPunctuation(punctuate: (now: number) => void, now: number): void
}

interface Scheduled {
  readonly owner: Punctuated
  readonly intervalMs: number
  readonly punctuate: (now: number) => void
  next: number
  cancelled: boolean
}

export class Punctuations {
  /** With those that were cancelled, until they are due. */
  private readonly scheduled = new Heap<Scheduled>((left, right) => left.next < right.next)

  /** The earliest time at which something is due; Infinity when nothing is scheduled. */
  get due(): number {
    return this.scheduled.peek()?.next ?? Infinity
  }

  /** `first` is the time of the first call. */
  schedule(
    owner: Punctuated,
    first: number,
    intervalMs: number,
    punctuate: (now: number) => void,
  ): Cancellable {
    if (!Number.isSafeInteger(intervalMs) || intervalMs < 1) {
      throw new RangeError(`intervalMs must be an integer of at least 1, not ${intervalMs}`)
    }
    const entry: Scheduled = { owner, intervalMs, punctuate, next: first, cancelled: false }
    this.scheduled.push(entry)
    return {
      cancel: () => {
        entry.cancelled = true
      },
    }
  }

  /** Runs what is due at `now`; answers whether anything was. */
  fire(now: number): boolean {
    let fired = false
    while (this.due <= now) {
      const entry = this.scheduled.pop()!
      if (entry.cancelled) continue
      entry.owner.runPunctuation(entry.punctuate, now)
      fired = true
      // The call may have cancelled it.
      if (entry.cancelled) continue
      entry.next += (Math.floor((now - entry.next) / entry.intervalMs) + 1) * entry.intervalMs
      this.scheduled.push(entry)
    }
    return fired
  }
}
