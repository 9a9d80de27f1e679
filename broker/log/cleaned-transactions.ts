/**
 * Follows the transactions of a log while it is compacted: which batches were aborted, which markers are still needed
 * (semantics G55).
 *
 *   a batch of an aborted transaction      is dropped
 *   the marker of a transaction of which   is kept; if it is an abort, with its entry in the transaction index: readers may
 *   a batch was met in this pass           still meet that batch
 *   a marker of which none was met         may be dropped, once its delete horizon is past: readers that are on
 *                                          the way have met it by then
 */
import { isTransactional, lastOffsetOf, producerIdOf } from '../../src/record/batch-format.ts'
import { RecordCursor } from '../../src/record/batch-reader.ts'
import { readTransactionMarker } from '../../src/record/control-record.ts'
import type { AbortedTransaction } from './transaction-index.ts'

interface OngoingAborted {
  readonly transaction: AbortedTransaction
  met: boolean
}

export class CleanedTransactions {
  readonly #keep: (transaction: AbortedTransaction) => void
  /** Not yet begun at the current position, by their first offset. */
  #upcoming: AbortedTransaction[] = []
  readonly #aborted = new Map<number, OngoingAborted>()
  /** Producers of which a batch was met whose transaction is not known to be aborted. */
  readonly #committed = new Set<number>()
  readonly #cursor = new RecordCursor()

  /** `keep` is told of aborted transactions that must stay in the index. */
  constructor(keep: (transaction: AbortedTransaction) => void) {
    this.#keep = keep
  }

  /** Adds what the index says of a segment before its batches are passed in. */
  add(transactions: readonly AbortedTransaction[]): void {
    const known = new Set([
      ...this.#upcoming.map(each => each.lastOffset),
      ...[...this.#aborted.values()].map(each => each.transaction.lastOffset),
    ])
    this.#upcoming = [...this.#upcoming, ...transactions.filter(each => !known.has(each.lastOffset))].sort(
      (left, right) => left.firstOffset - right.firstOffset,
    )
  }

  /** A batch of records; true if it was aborted. */
  passBatch(bytes: Uint8Array, at: number): boolean {
    this.#begin(lastOffsetOf(bytes, at))
    if (!isTransactional(bytes, at)) return false
    const producerId = producerIdOf(bytes, at)
    const aborted = this.#aborted.get(producerId)
    if (aborted === undefined) {
      this.#committed.add(producerId)
      return false
    }
    aborted.met = true
    return true
  }

  /** A control batch; true if it marks the end of a transaction of which no batch was met. */
  passMarker(bytes: Uint8Array, at: number): boolean {
    this.#begin(lastOffsetOf(bytes, at))
    this.#cursor.reset(bytes, at)
    const marker = this.#cursor.next() ? readTransactionMarker(this.#cursor) : undefined
    const producerId = producerIdOf(bytes, at)
    // A control batch without a record was a marker once; what it ended is gone.
    if (marker === undefined) return !this.#cursor.next()
    if (marker.outcome === 'commit') return !this.#committed.delete(producerId)
    const aborted = this.#aborted.get(producerId)
    this.#aborted.delete(producerId)
    if (aborted?.met !== true) return true
    this.#keep(aborted.transaction)
    return false
  }

  #begin(offset: number): void {
    while (this.#upcoming[0] !== undefined && this.#upcoming[0].firstOffset <= offset) {
      const transaction = this.#upcoming.shift()!
      // The last aborted transaction of a producer may end after others of it have begun: the earliest counts.
      if (!this.#aborted.has(transaction.producerId)) {
        this.#aborted.set(transaction.producerId, { transaction, met: false })
      }
    }
  }
}
