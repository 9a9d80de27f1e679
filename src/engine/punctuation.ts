/**
 * Punctuations of one kind of time: what is due is fired, earliest first.
 *
 * Next times are multiples of the interval from the anchor; however many were missed, one call makes up for them
 * (semantics U1, U2), and it is told the time that it is, not the one that was planned (U4).
 */
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
  private readonly scheduled: Scheduled[] = []
  /** The earliest time at which something is due; Infinity when nothing is scheduled. */
  due = Infinity

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
    this.refresh()
    return {
      cancel: () => {
        if (entry.cancelled) return
        entry.cancelled = true
        this.scheduled.splice(this.scheduled.indexOf(entry), 1)
        this.refresh()
      },
    }
  }

  /** Runs what is due at `now`; answers whether anything was. */
  fire(now: number): boolean {
    let fired = false
    while (this.due <= now) {
      const entry = this.earliest()!
      // Set before the call: it may cancel itself, or look at what else is scheduled.
      entry.next += (Math.floor((now - entry.next) / entry.intervalMs) + 1) * entry.intervalMs
      this.refresh()
      entry.owner.runPunctuation(entry.punctuate, now)
      fired = true
    }
    return fired
  }

  private earliest(): Scheduled | undefined {
    let earliest: Scheduled | undefined
    for (const entry of this.scheduled)
      if (earliest === undefined || entry.next < earliest.next) earliest = entry
    return earliest
  }

  private refresh(): void {
    this.due = this.earliest()?.next ?? Infinity
  }
}
