/**
 * Drives decided transactions to their end: markers, then the Complete record.
 *
 *   Prepare record ──▶ (flush) ──▶ marker into each partition ──▶ (flush) ──▶ Complete record
 *
 * Coordinator and logs live in one process, so under `durability` "process" all of this happens at once. Under "power" the
 * flushes are awaited: markers without their decision, or a completion without its markers, must not be what a power cut
 * leaves. What fails on the way (a full disk) is tried again soon, from the markers on; meanwhile the state is Prepare.
 */
import { assert } from '../../../src/base/assert.ts'
import { kafkaErrors } from '../../../src/protocol/errors.ts'
import { BrokerError } from '../../broker-error.ts'
import { writeMarkers, type MarkersWritten, type MarkerTargets } from './markers.ts'
import type { Transaction } from './transaction.ts'
import { isPrepared } from './transaction-state.ts'

/** What completion needs of the coordinator. */
export interface CompletionSteps {
  get(transactionalId: string): Transaction | undefined
  /** Writes the Complete record. Answers whether it was written. */
  complete(transactionalId: string): boolean
  /** Settles when the decision is as durable as it must be; `undefined` if it is. */
  durable(transactionalId: string): Promise<void> | undefined
  /** Asks for `finishAll` soon. */
  retryLater(): void
}

/** A single broker leads its internal topics in their first epoch for ever. */
const coordinatorEpoch = 0

export class Completion {
  readonly #targets: MarkerTargets
  readonly #steps: CompletionSteps
  /** Transactional ids whose end waits for a flush. Bounded by the ids there are. */
  readonly #underWay = new Map<string, Promise<void>>()
  #closed = false

  constructor(targets: MarkerTargets, steps: CompletionSteps) {
    this.#targets = targets
    this.#steps = steps
  }

  /** What finishes a transaction at the moment; `undefined` if nothing does. Rejects if a flush fails. */
  underWay(transactionalId: string): Promise<void> | undefined {
    return this.#underWay.get(transactionalId)
  }

  /** Finishes a transaction if it is decided. Answers a promise if it has to wait for a flush. */
  finish(transactionalId: string): Promise<void> | undefined {
    const underWay = this.#underWay.get(transactionalId)
    if (underWay !== undefined) return underWay
    if (!this.#isDecided(transactionalId)) return undefined
    const decided = this.#steps.durable(transactionalId)
    const written = decided === undefined ? this.#writeMarkers(transactionalId) : undefined
    if (written?.durable.length === 0) {
      if (written.failed === 0) this.#complete(transactionalId)
      return undefined
    }
    const finished = this.#finishLater(transactionalId, decided, written).finally(() =>
      this.#underWay.delete(transactionalId),
    )
    this.#underWay.set(transactionalId, finished)
    return finished
  }

  /** As `finish` where nobody is told how it went: a flush that fails is a reason to try again. The promise never rejects. */
  finishUnasked(transactionalId: string): Promise<void> | undefined {
    return this.finish(transactionalId)?.catch(() => this.#retryLater())
  }

  /** Nothing is written after this call. */
  close(): void {
    this.#closed = true
  }

  async #finishLater(
    transactionalId: string,
    decided: Promise<void> | undefined,
    before: MarkersWritten | undefined,
  ): Promise<void> {
    await decided
    if (this.#closed) return
    const { failed, durable } = before ?? this.#writeMarkers(transactionalId)
    try {
      await Promise.all(durable)
    } catch (cause) {
      // The log of that partition has failed. Once it is open again the marker is written again.
      this.#retryLater()
      const { code } = kafkaErrors.COORDINATOR_NOT_AVAILABLE
      throw new BrokerError(code, 'a marker may not have reached the disk', { cause })
    }
    if (failed === 0 && !this.#closed) this.#complete(transactionalId)
  }

  #writeMarkers(transactionalId: string): MarkersWritten {
    const transaction = this.#steps.get(transactionalId)
    assert(transaction !== undefined, 'a decided transaction vanished')
    const written = writeMarkers(this.#targets, transaction, coordinatorEpoch)
    if (written.failed > 0) this.#retryLater()
    return written
  }

  #complete(transactionalId: string): void {
    assert(this.#isDecided(transactionalId), 'a transaction that is not decided is completed')
    if (!this.#steps.complete(transactionalId)) this.#retryLater()
  }

  #retryLater(): void {
    if (!this.#closed) this.#steps.retryLater()
  }

  #isDecided(transactionalId: string): boolean {
    const transaction = this.#steps.get(transactionalId)
    return transaction !== undefined && isPrepared(transaction.state)
  }
}
