/**
 * How a window store divides time: rows are kept by segment, and expire by their start, segments as a whole.
 *
 * A row is visible while its start > the greatest start ever put - retention; whether its segment is deleted
 * yet makes no difference to what is seen. The interval is Kafka's: half the retention, at least a minute (B23).
 */

const intervalMinMs = 60_000

export class Segments {
  readonly intervalMs: number
  private readonly retentionMs: number
  /** The greatest window start ever put; -1 before the first. */
  latest = -1

  constructor(retentionMs: number, intervalMs?: number) {
    if (!(retentionMs >= 0)) throw new RangeError(`retentionMs must be 0 or more, not ${retentionMs}`)
    this.retentionMs = retentionMs
    this.intervalMs = intervalMs ?? Math.max(Math.floor(retentionMs / 2), intervalMinMs)
  }

  observe(start: number): void {
    if (start > this.latest) this.latest = start
  }

  segmentOf(start: number): number {
    return Math.floor(start / this.intervalMs)
  }

  /** The earliest start that is visible. */
  get earliest(): number {
    return this.earliestAt(this.latest)
  }

  /** The first segment that has anything visible in it. */
  get firstLive(): number {
    return this.firstLiveAt(this.latest)
  }

  /** The first segment that has anything visible in it when `latest` is the greatest start. */
  firstLiveAt(latest: number): number {
    return this.segmentOf(this.earliestAt(latest))
  }

  private earliestAt(latest: number): number {
    return Math.max(0, latest - this.retentionMs + 1)
  }
}
