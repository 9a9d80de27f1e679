/**
 * The records of a fetch answer that its reader may see: aborted ones, markers and those before the position left out.
 *
 * A broker answers whole batches of all producers as they stand in the log, and beside them, for `read_committed`, the
 * aborted transactions that reach into the answer, each with the offset of its first record. A transaction may begin
 * before this answer and end after it, and several producers interleave, so what is aborted is kept per producer while
 * the batches go by (semantics G7):
 *
 *   batch up to offset x    transactions with first offset <= x begin: their producers are aborted from here on
 *   abort marker            its producer is not aborted any more
 *   transactional batch     left out if its producer is aborted
 *   control batch           left out always; the position moves past it
 */
import {
  isControl,
  isTransactional,
  lastOffsetOf,
  partitionLeaderEpochOf,
  producerIdOf,
  sizeInBytesOf,
} from '../../src/record/batch-format.ts'
import { RecordCursor } from '../../src/record/batch-reader.ts'
import { readTransactionMarker } from '../../src/record/control-record.ts'

/** A transaction whose records must not be seen. */
export interface AbortedTransaction {
  readonly producerId: number
  readonly firstOffset: number
}

export interface VisibleRecordsOptions {
  /** Whole batches. */
  readonly bytes: Uint8Array
  /** Where the last whole batch ends in them. */
  readonly end: number
  /** Records before this are left out: a batch may begin before the position. */
  readonly fetchOffset: number
  /** Those of the answer; none for `read_uncommitted`. */
  readonly aborted: readonly AbortedTransaction[]
  /** For errors: `orders-3`. */
  readonly place: string
}

export class VisibleRecords implements Iterable<RecordCursor> {
  /** Stands on the current record after `next()` answered true. One object for all records. */
  readonly cursor = new RecordCursor()
  readonly #bytes: Uint8Array
  readonly #end: number
  readonly #fetchOffset: number
  readonly #place: string
  /** Aborted transactions that have not begun yet, the first last. */
  readonly #toBegin: AbortedTransaction[]
  readonly #abortedProducers = new Set<number>()
  /** Where the next batch starts. */
  #at = 0
  #inBatch = false
  #leaderEpoch = -1

  constructor({ bytes, end, fetchOffset, aborted, place }: VisibleRecordsOptions) {
    this.#bytes = bytes
    this.#end = end
    this.#fetchOffset = fetchOffset
    this.#place = place
    this.#toBegin = aborted.toSorted((left, right) => right.firstOffset - left.firstOffset)
  }

  /** Where reading began: no record before it is answered. */
  get fetchOffset(): number {
    return this.#fetchOffset
  }

  /** Leader epoch of the current record's batch; -1 if not known. */
  get leaderEpoch(): number {
    return this.#leaderEpoch
  }

  /** Moves to the next record; false at the end. */
  next(): boolean {
    for (;;) {
      while (this.#inBatch && this.cursor.next()) {
        if (this.cursor.offset >= this.#fetchOffset) return true
      }
      this.#inBatch = false
      if (!this.#nextBatch()) return false
    }
  }

  /** The rest of the records, as the one cursor that moves. */
  *[Symbol.iterator](): Generator<RecordCursor, void, undefined> {
    while (this.next()) yield this.cursor
  }

  /** Goes to the next batch that may be seen. */
  #nextBatch(): boolean {
    while (this.#at < this.#end) {
      const start = this.#at
      this.#at += sizeInBytesOf(this.#bytes, start)
      if (!this.#isVisible(start)) continue
      this.cursor.reset(this.#bytes, start, { end: this.#end, place: this.#place })
      this.#leaderEpoch = partitionLeaderEpochOf(this.#bytes, start)
      this.#inBatch = true
      return true
    }
    return false
  }

  #isVisible(start: number): boolean {
    const bytes = this.#bytes
    const producerId = producerIdOf(bytes, start)
    this.#beginUpTo(lastOffsetOf(bytes, start))
    if (isControl(bytes, start)) {
      if (this.#abortedProducers.has(producerId) && this.#isAbortMarker(start)) {
        this.#abortedProducers.delete(producerId)
      }
      return false
    }
    return !(isTransactional(bytes, start) && this.#abortedProducers.has(producerId))
  }

  #beginUpTo(offset: number): void {
    for (;;) {
      const next = this.#toBegin.at(-1)
      if (next === undefined || next.firstOffset > offset) return
      this.#abortedProducers.add(next.producerId)
      this.#toBegin.pop()
    }
  }

  #isAbortMarker(start: number): boolean {
    this.cursor.reset(this.#bytes, start, { end: this.#end, place: this.#place })
    return this.cursor.next() && readTransactionMarker(this.cursor)?.outcome === 'abort'
  }
}
