/**
 * Forces a log to the disk beside the event loop, many appends with one sync ("group commit").
 *
 * A round syncs every file with bytes that are not known to be on the disk, and covers all appends made before it began.
 * Those that come while it runs share the next round. A round that fails ends it all: the kernel may have dropped the
 * pages, so a later success would prove nothing; the log fails until it is opened anew.
 */
import { assert } from '../../src/base/assert.ts'
import { deferred, type Deferred } from '../../src/base/deferred.ts'
import { StreamsError } from '../../src/base/errors.ts'
import type { Segment } from './segment.ts'

/** When a log is to be flushed though nobody asks for it: Kafka's flush.messages and flush.ms. */
export interface FlushRules {
  readonly flushMessages: number
  readonly flushMs: number
}

/** What flushing needs of the log, and tells it. */
export interface FlushedLog {
  /** The log's end, and the segment that it lies in. */
  readonly target: () => { readonly endOffset: number; readonly active: Segment }
  /** All before `offset` is on the disk; `sealedBytes` of that are sealed segments that this round put there. */
  readonly flushed: (offset: number, sealedBytes: number) => void
  /** A sync failed. */
  readonly failed: (error: unknown) => void
}

export class LogFlush {
  readonly #log: FlushedLog
  /** Sealed segments whose bytes are not known to be on the disk, oldest first. */
  #sealed: Segment[] = []
  /** Who waits for the next round. */
  #waiting: Deferred<void> | undefined
  #activeWanted = false
  #running: Promise<void> | undefined
  #failed = false
  /** All before it is on the disk; undefined until the first round of this opening. */
  #flushedOffset: number | undefined
  /** When the oldest record was appended that is not known to be on the disk. */
  #dirtySinceMs: number | undefined
  /** Whether flush.messages wants what is not on the disk to be there before it is acknowledged. */
  #owed = false
  /** Counts the openings of the files. */
  #opening = 0
  #closed = false

  constructor(log: FlushedLog) {
    this.#log = log
  }

  get owed(): boolean {
    return this.#owed
  }

  /** Notes an append that nobody waits for; begins a round if a rule of the topic calls for one. */
  appended(rules: FlushRules, nowMs: number): void {
    this.#dirtySinceMs ??= nowMs
    const { endOffset } = this.#log.target()
    this.#flushedOffset ??= endOffset - 1
    if (endOffset - this.#flushedOffset >= rules.flushMessages) this.#owed = true
    // Whoever acknowledges waits for it too; a failure reaches the log through `failed`.
    if (this.#owed) this.flush().catch(() => {})
    else this.flushAged(rules, nowMs)
  }

  /** Begins a round if what is not on the disk has waited for longer than flush.ms. */
  flushAged({ flushMs }: FlushRules, nowMs: number): void {
    if (this.#dirtySinceMs === undefined) return
    // A wall clock that was set back starts the time anew.
    this.#dirtySinceMs = Math.min(this.#dirtySinceMs, nowMs)
    if (nowMs - this.#dirtySinceMs >= flushMs) this.flush().catch(() => {})
  }

  /** Resolves once everything appended before the call is on the disk; rejects with MR-4004 if that failed. */
  flush(): Promise<void> {
    this.#activeWanted = true
    return this.#nextRound()
  }

  /** Takes over a segment that was sealed: it reaches the disk soon. */
  sealed(segment: Segment): void {
    this.#sealed.push(segment)
    // Nobody waits for this one; a failure reaches the log through `failed`.
    this.#nextRound().catch(() => {})
  }

  /** A segment that is gone needs no sync. */
  forget(segment: Segment): void {
    this.#sealed = this.#sealed.filter(each => each !== segment)
  }

  /** The files were opened anew: what is under way says nothing about them, and its waiters are told so. */
  restart(): void {
    this.#opening++
    this.#failed = false
    this.#sealed = []
    this.#flushedOffset = this.#dirtySinceMs = undefined
    this.#owed = false
  }

  /** The files were let go: no round touches them any more. `durable`: all of them had been put on the disk. */
  close({ durable }: { readonly durable: boolean }): void {
    this.#opening++
    this.#closed = true
    this.#sealed = []
    if (durable) this.#waiting?.resolve()
    else this.#waiting?.reject(reopened())
    this.#waiting = undefined
  }

  /** Settles when no round is under way or due. */
  async idle(): Promise<void> {
    while (this.#running !== undefined) await this.#running
  }

  #nextRound(): Promise<void> {
    assert(!this.#closed, 'a closed log is not flushed')
    this.#waiting ??= deferred()
    this.#running ??= this.#run()
    return this.#waiting.promise
  }

  async #run(): Promise<void> {
    // One turn of grace, so that all appends of this turn share the round.
    await Promise.resolve()
    while (this.#waiting !== undefined) {
      const [waiting, opening] = [this.#waiting, this.#opening]
      this.#waiting = undefined
      try {
        const { upTo, sealedBytes } = await this.#round()
        if (opening !== this.#opening) throw reopened()
        this.#noteFlushed(upTo)
        this.#log.flushed(upTo, sealedBytes)
        waiting.resolve()
      } catch (error) {
        if (opening === this.#opening) {
          this.#failed = true
          this.#log.failed(error)
        }
        waiting.reject(error)
      }
    }
    this.#running = undefined
  }

  #noteFlushed(offset: number): void {
    this.#flushedOffset = Math.max(this.#flushedOffset ?? 0, offset)
    if (this.#flushedOffset < this.#log.target().endOffset) return
    this.#dirtySinceMs = undefined
    this.#owed = false
  }

  /** Answers the offset before which all is on the disk, and what was sealed of it. */
  async #round(): Promise<{ upTo: number; sealedBytes: number }> {
    // A sync that succeeds after one that failed proves nothing.
    if (this.#failed) throw failedBefore()
    const [sealed, activeWanted] = [this.#sealed, this.#activeWanted]
    const { active, endOffset } = this.#log.target()
    this.#sealed = []
    this.#activeWanted = false
    const segments = activeWanted ? [...sealed, active] : sealed
    await Promise.all(segments.map(segment => segment.syncAsync()))
    const sealedBytes = sealed.reduce((sum, segment) => sum + segment.sizeInBytes, 0)
    return { upTo: activeWanted ? endOffset : active.baseOffset, sealedBytes }
  }
}

function failedBefore(): StreamsError {
  return new StreamsError('MR-4004', {
    what: 'An earlier sync of this log failed.',
    why: 'After a failed sync nothing is known about the bytes that were to be written.',
    fix: 'Check the volume: the broker recovers the log once it takes writes again. One of an internal topic needs a restart.',
  })
}

function reopened(): StreamsError {
  return new StreamsError('MR-4004', {
    what: 'The log was closed or opened anew before these bytes were known to be on the disk.',
    fix: 'Send them again: an idempotent producer does so by itself.',
    retriable: true,
  })
}
