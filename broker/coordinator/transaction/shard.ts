/** The transactional ids whose memory is one partition of `__transaction_state`, made by replay. */
import type { Clock } from '../../../src/base/clock.ts'
import type { CoordinatorState } from '../runtime.ts'
import type { TransactionRecord } from './records.ts'
import type { Transaction } from './transaction.ts'

export class TransactionShard implements CoordinatorState<TransactionRecord> {
  readonly transactions = new Map<string, Transaction>()
  /**
   * The open transactions, and when each began by the monotonic clock: a wall clock that jumps aborts nobody. After a
   * restart the wall clock is all there is to tell how long one has been open.
   */
  readonly openSince = new Map<string, number>()
  readonly #clock: Clock

  constructor(clock: Clock) {
    this.#clock = clock
  }

  replay({ transactionalId, transaction }: TransactionRecord): void {
    // Kafka passes through Dead in memory on the way to the tombstone.
    if (transaction === undefined || transaction.state === 'Dead') {
      this.transactions.delete(transactionalId)
      this.openSince.delete(transactionalId)
      return
    }
    this.transactions.set(transactionalId, transaction)
    if (transaction.state !== 'Ongoing') {
      this.openSince.delete(transactionalId)
    } else if (!this.openSince.has(transactionalId)) {
      const openMs = Math.max(this.#clock.now() - transaction.startTimestampMs, 0)
      this.openSince.set(transactionalId, this.#clock.monotonic() - openMs)
    }
  }

  replayMarker(): void {
    // Nobody writes transactionally to this topic.
  }

  /** The open transactions that have outlived their time-out. */
  timedOut(): readonly Transaction[] {
    const now = this.#clock.monotonic()
    const late: Transaction[] = []
    for (const [transactionalId, since] of this.openSince) {
      const transaction = this.transactions.get(transactionalId)!
      if (now - since >= transaction.timeoutMs) late.push(transaction)
    }
    return late
  }

  /** The ids that nobody has used for `expirationMs`. */
  expired(expirationMs: number): readonly Transaction[] {
    const before = this.#clock.now() - expirationMs
    return [...this.transactions.values()].filter(({ state, lastUpdateTimestampMs }) => {
      const idle = state === 'Empty' || state === 'CompleteCommit' || state === 'CompleteAbort'
      return idle && lastUpdateTimestampMs <= before
    })
  }
}
