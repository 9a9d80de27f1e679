/**
 * What a partition knows of the producers that write to it: epochs, their last five batches, open transactions
 * (semantics G10, G10b, G75, G76).
 *
 * Two steps, used alike for live work and recovery: a check decides and changes nothing; `apply` takes in what is in the
 * log. So the state after a restart is the state before it, however often the log is replayed.
 *
 * An idempotent retry is one of the last five batches to the letter (epoch and both sequences): it is answered with its
 * original offset. Everything else must continue where the producer's last batch ended, or start a new epoch at 0.
 *
 * Departing from Kafka in one point: a producer expires by the wall clock of its last append, not by the timestamps of
 * its records, which may lie years back.
 */
import { assert } from '../../src/base/assert.ts'
import { addToSequence, noSequence } from '../../src/record/batch-format.ts'
import { kafkaErrors } from '../../src/protocol/errors.ts'
import { BrokerError } from '../broker-error.ts'

/** Batches that are known again when they are sent twice: the number that a producer may have in flight. */
export const rememberedBatchesMax = 5

/** Never given to a producer: only a marker's or a fence's. */
const producerEpochMax = 32_767

export interface RememberedBatch {
  readonly baseSequence: number
  readonly lastSequence: number
  readonly baseOffset: number
  readonly lastOffset: number
}

/** One producer. */
export interface ProducerEntry {
  readonly producerId: number
  producerEpoch: number
  /** Of the last marker, -1 before the first. */
  coordinatorEpoch: number
  /** Of the current epoch, oldest first, at most five. */
  batches: RememberedBatch[]
  /** -1 outside a transaction. */
  transactionFirstOffset: number
  /** Wall clock of the last append. */
  lastSeenMs: number
}

/** A batch of a producer, as its header says. */
export interface ProducerBatch {
  readonly producerId: number
  readonly producerEpoch: number
  readonly baseSequence: number
  readonly lastSequence: number
  readonly transactional: boolean
}

/** A producer in one of its epochs. */
export interface ProducerEpoch {
  readonly producerId: number
  readonly producerEpoch: number
}

export interface ProducerMarker extends ProducerEpoch {
  readonly coordinatorEpoch: number
  readonly commit: boolean
}

/** A transaction that a marker ended; only those that had records here. */
export interface CompletedTransaction {
  readonly producerId: number
  readonly firstOffset: number
  /** The offset of the marker. */
  readonly lastOffset: number
  readonly aborted: boolean
}

export class ProducerStates {
  readonly #entries = new Map<number, ProducerEntry>()
  /** Producer id → first offset. Transactions begin in order of their offsets, so the first entry is the oldest. */
  readonly #open = new Map<number, number>()

  get entries(): ReadonlyMap<number, ProducerEntry> {
    return this.#entries
  }

  /** The first offset of the oldest open transaction; undefined if none is open. */
  get firstOpenOffset(): number | undefined {
    for (const offset of this.#open.values()) return offset
    return undefined
  }

  /** The stable offset once `completed` has ended: where the next open transaction begins, or after its marker. */
  stableOffsetAfter(completed: CompletedTransaction): number {
    return this.firstOpenOffset ?? completed.lastOffset + 1
  }

  /** The batch that this one repeats, if it does. */
  duplicateOf(batch: ProducerBatch): RememberedBatch | undefined {
    const entry = this.#entries.get(batch.producerId)
    if (entry === undefined || entry.producerEpoch !== batch.producerEpoch) return undefined
    return entry.batches.find(
      each => each.baseSequence === batch.baseSequence && each.lastSequence === batch.lastSequence,
    )
  }

  /** Refuses a batch that must not be appended. */
  check(
    batch: ProducerBatch,
    options: { sequenced: boolean; transactionVerified: boolean; transactionVersion: number },
  ): void {
    const entry = this.#entries.get(batch.producerId)
    // First of all: a fenced producer must learn that it is fenced, whatever else is wrong with what it sends.
    if (entry !== undefined && batch.producerEpoch < entry.producerEpoch) throw fenced(batch, entry)
    const open = entry !== undefined && entry.transactionFirstOffset >= 0
    const ownOpen = open && entry.producerEpoch === batch.producerEpoch
    if (batch.transactional && !ownOpen && !options.transactionVerified) {
      throw new BrokerError(
        kafkaErrors.INVALID_TXN_STATE.code,
        `Producer ${batch.producerId} writes transactionally to a partition that is not part of its transaction.`,
      )
    }
    if (options.sequenced) checkSequence(batch, entry, options.transactionVersion)
    if (!batch.transactional && ownOpen) {
      throw new BrokerError(
        kafkaErrors.INVALID_TXN_STATE.code,
        `Producer ${batch.producerId} has a transaction open here and must write transactionally.`,
      )
    }
  }

  /** Refuses a marker of a coordinator or a producer epoch that is past. */
  checkMarker(marker: ProducerMarker, transactionVersion: number): void {
    const entry = this.#entries.get(marker.producerId)
    if (entry === undefined) return
    const { producerEpoch, coordinatorEpoch } = entry
    // With an epoch for every transaction, an equal one can only be the repetition of a marker that has been written.
    // But the last epoch of all, which a broker may have given out by mistake, cannot be followed by another.
    const same = marker.producerEpoch === producerEpoch
    const repeated = same && (entry.transactionFirstOffset < 0 || producerEpoch === producerEpochMax)
    const current =
      transactionVersion >= 2
        ? marker.producerEpoch > producerEpoch || repeated
        : marker.producerEpoch >= producerEpoch
    if (!current) throw fenced(marker, entry)
    if (marker.coordinatorEpoch < coordinatorEpoch) {
      throw new BrokerError(
        kafkaErrors.TRANSACTION_COORDINATOR_FENCED.code,
        `A marker has coordinator epoch ${marker.coordinatorEpoch}; epoch ${coordinatorEpoch} has written before.`,
      )
    }
  }

  /** Takes in a batch of records that is in the log. */
  apply(batch: ProducerBatch, place: { baseOffset: number; lastOffset: number; seenMs: number }): void {
    const entry = this.#entryAt(batch.producerId, batch.producerEpoch)
    if (batch.baseSequence !== noSequence) {
      entry.batches.push({
        baseSequence: batch.baseSequence,
        lastSequence: batch.lastSequence,
        baseOffset: place.baseOffset,
        lastOffset: place.lastOffset,
      })
      if (entry.batches.length > rememberedBatchesMax) entry.batches.shift()
    }
    entry.lastSeenMs = place.seenMs
    if (!batch.transactional || entry.transactionFirstOffset >= 0) return
    entry.transactionFirstOffset = place.baseOffset
    this.#open.set(batch.producerId, place.baseOffset)
  }

  /** Takes in a marker that is in the log at `offset`. */
  applyMarker(marker: ProducerMarker, offset: number, seenMs: number): CompletedTransaction | undefined {
    const entry = this.#entryAt(marker.producerId, marker.producerEpoch)
    entry.coordinatorEpoch = marker.coordinatorEpoch
    entry.lastSeenMs = seenMs
    const firstOffset = entry.transactionFirstOffset
    if (firstOffset < 0) return undefined
    assert(firstOffset < offset, 'a marker follows what it ends')
    entry.transactionFirstOffset = -1
    this.#open.delete(marker.producerId)
    return { producerId: marker.producerId, firstOffset, lastOffset: offset, aborted: !marker.commit }
  }

  /** Takes in what compaction leaves of a marker: its transaction is gone as a whole, but its epoch counts. */
  applyEmptied({ producerId, producerEpoch }: ProducerEpoch, seenMs: number): void {
    this.#entryAt(producerId, producerEpoch).lastSeenMs = seenMs
  }

  /** Ends a transaction whose marker was lost, where something else tells that it was aborted. */
  endLost({ producerId, firstOffset }: { readonly producerId: number; readonly firstOffset: number }): void {
    const entry = this.#entries.get(producerId)
    if (entry?.transactionFirstOffset !== firstOffset) return
    entry.transactionFirstOffset = -1
    this.#open.delete(producerId)
  }

  /** Takes in a producer of a snapshot; transactions must come in order of their first offsets. */
  restore(entry: ProducerEntry): void {
    this.#entries.set(entry.producerId, entry)
    if (entry.transactionFirstOffset >= 0) this.#open.set(entry.producerId, entry.transactionFirstOffset)
  }

  /** Forgets producers that have been idle for too long, unless they have a transaction open. */
  expire(nowMs: number, expirationMs: number): void {
    for (const [producerId, entry] of this.#entries) {
      if (entry.transactionFirstOffset < 0 && nowMs - entry.lastSeenMs >= expirationMs)
        this.#entries.delete(producerId)
    }
  }

  /** The wall clock was set: nobody has been idle for longer by that. */
  clockSet(byMs: number): void {
    for (const entry of this.#entries.values()) entry.lastSeenMs += byMs
  }

  /** The producer's entry, brought to this epoch: what an older epoch wrote cannot be repeated any more. */
  #entryAt(producerId: number, producerEpoch: number): ProducerEntry {
    let entry = this.#entries.get(producerId)
    if (entry === undefined) {
      entry = {
        producerId,
        producerEpoch,
        coordinatorEpoch: -1,
        batches: [],
        transactionFirstOffset: -1,
        lastSeenMs: 0,
      }
      this.#entries.set(producerId, entry)
    } else if (entry.producerEpoch !== producerEpoch) {
      entry.producerEpoch = producerEpoch
      entry.batches = []
    }
    return entry
  }
}

function checkSequence(
  batch: ProducerBatch,
  entry: ProducerEntry | undefined,
  transactionVersion: number,
): void {
  const { baseSequence, producerEpoch } = batch
  if (entry === undefined) {
    // The state may have expired, so any start is taken; a transaction of its own epoch can only have begun at 0.
    if (transactionVersion >= 2 && batch.transactional && baseSequence !== 0) throw outOfOrder(batch, 0)
    return
  }
  const last = entry.batches.at(-1)
  const fresh = entry.producerEpoch !== producerEpoch || last === undefined
  const expected = fresh ? 0 : addToSequence(last.lastSequence, 1)
  if (baseSequence !== expected) throw outOfOrder(batch, expected)
}

function fenced(
  batch: { readonly producerId: number; readonly producerEpoch: number },
  entry: ProducerEntry,
): BrokerError {
  return new BrokerError(
    kafkaErrors.INVALID_PRODUCER_EPOCH.code,
    `Producer ${batch.producerId} has epoch ${batch.producerEpoch}; this partition has seen epoch ${entry.producerEpoch}.`,
  )
}

function outOfOrder(batch: ProducerBatch, expected: number): BrokerError {
  return new BrokerError(
    kafkaErrors.OUT_OF_ORDER_SEQUENCE_NUMBER.code,
    `Producer ${batch.producerId} (epoch ${batch.producerEpoch}) sends sequence ${batch.baseSequence}; ${expected} is next.`,
  )
}
