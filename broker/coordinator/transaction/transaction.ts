/**
 * What is known of a transactional id, and the moves from one state of it to the next.
 *
 * A value never changes: a move answers a new one, which goes into the log as a whole, and replay puts it in the place of
 * the old. Epochs run to 32767, the last of which is only ever a marker's or a fence's: a producer that has 32766 gets a
 * new producer id next.
 */
import { assert } from '../../../src/base/assert.ts'
import { transactionTransitions, type TransactionState } from './transaction-state.ts'

/** Topic → partitions. */
export type PartitionSet = ReadonlyMap<string, ReadonlySet<number>>

/** 2: the epoch is bumped with every transaction and partitions are added implicitly (KIP-890). 0 and 1: neither. */
export type ClientVersion = 0 | 1 | 2

export interface Transaction {
  readonly transactionalId: string
  readonly producerId: number
  /** The producer id before the last rotation; -1 for none. */
  readonly previousProducerId: number
  /** What replaces `producerId` once the markers are written; -1: it stays. */
  readonly nextProducerId: number
  /** -1 before the first InitProducerId was answered. */
  readonly producerEpoch: number
  /**
   * The epoch that this very producer had before the present one, which it was given by InitProducerId or since its
   * transaction took too long; so it is known when it asks with that. -1 for none. Not in the log, which tells it of
   * transactions that have ended (`records.ts`).
   */
  readonly lastProducerEpoch: number
  readonly timeoutMs: number
  readonly state: TransactionState
  readonly partitions: PartitionSet
  /** -1 outside a transaction. */
  readonly startTimestampMs: number
  readonly lastUpdateTimestampMs: number
  /**
   * Of the client that began or ended the last transaction. 2 where the coordinator ended it for its age, as in Kafka: its
   * producer may ask for that again. 0 where another producer came: nobody may.
   */
  readonly clientVersion: ClientVersion
}

export const producerEpochMax = 32_767
export const noPartitions: PartitionSet = new Map()

/** Whether the producer cannot be given another epoch of this id. */
export function isEpochExhausted(producerEpoch: number): boolean {
  return producerEpoch >= producerEpochMax - 1
}

/** A transactional id that was never seen before. */
export function newTransaction(
  transactionalId: string,
  { producerId, timeoutMs, nowMs }: { producerId: number; timeoutMs: number; nowMs: number },
): Transaction {
  return {
    transactionalId,
    producerId,
    previousProducerId: -1,
    nextProducerId: -1,
    producerEpoch: -1,
    lastProducerEpoch: -1,
    timeoutMs,
    state: 'Empty',
    partitions: noPartitions,
    startTimestampMs: -1,
    lastUpdateTimestampMs: nowMs,
    clientVersion: 0,
  }
}

/** A new life of the producer: no transaction, and the epoch that it was given. */
export function initialized(
  before: Transaction,
  given: Pick<Transaction, 'producerId' | 'producerEpoch' | 'lastProducerEpoch' | 'timeoutMs'>,
  nowMs: number,
): Transaction {
  const rotated = given.producerId !== before.producerId
  return moved(before, 'Empty', {
    ...given,
    previousProducerId: rotated ? before.producerId : before.previousProducerId,
    nextProducerId: -1,
    partitions: noPartitions,
    startTimestampMs: -1,
    lastUpdateTimestampMs: nowMs,
    clientVersion: 0,
  })
}

/** The transaction reaches further partitions; the first of them begins it. */
export function extended(
  before: Transaction,
  { partitions, clientVersion }: Pick<Transaction, 'partitions' | 'clientVersion'>,
  nowMs: number,
): Transaction {
  const begins = before.state !== 'Ongoing'
  return moved(before, 'Ongoing', {
    partitions: begins ? partitions : union(before.partitions, partitions),
    startTimestampMs: begins ? nowMs : before.startTimestampMs,
    lastUpdateTimestampMs: nowMs,
    clientVersion,
  })
}

/** The outcome is decided. Under KIP-890 the epoch of the markers is the producer's next one. */
export function prepared(
  before: Transaction,
  decision: {
    readonly commit: boolean
    readonly clientVersion: ClientVersion
    /** Replaces the producer id, whose epochs have run out; -1: it stays. */
    readonly nextProducerId: number
  },
  nowMs: number,
): Transaction {
  const { commit, clientVersion, nextProducerId } = decision
  const bumps = clientVersion === 2
  assert(!bumps || before.producerEpoch < producerEpochMax, 'the epochs of a producer have run out')
  return moved(before, commit ? 'PrepareCommit' : 'PrepareAbort', {
    producerEpoch: bumps ? before.producerEpoch + 1 : before.producerEpoch,
    lastProducerEpoch: bumps ? before.producerEpoch : before.lastProducerEpoch,
    nextProducerId,
    // An abort of nothing has no beginning; the log wants one.
    startTimestampMs: before.state === 'Ongoing' ? before.startTimestampMs : nowMs,
    partitions: before.state === 'Ongoing' ? before.partitions : noPartitions,
    lastUpdateTimestampMs: nowMs,
    clientVersion,
  })
}

/**
 * The open transaction will be aborted, and whoever has its epoch is nobody from now on. Where no other producer has come
 * (`itself` asked for this, or `time` ran out) the one that had it is known, and goes on with the new epoch, or with the
 * new producer id where that epoch is the last.
 */
export function fenced(
  before: Transaction,
  by: 'itself' | 'time' | 'another',
  { nextProducerId, nowMs }: { readonly nextProducerId: number; readonly nowMs: number },
): Transaction {
  assert(before.state === 'Ongoing', 'a transaction that is not open was fenced')
  return moved(before, 'PrepareAbort', {
    producerEpoch: Math.min(before.producerEpoch + 1, producerEpochMax),
    lastProducerEpoch: by === 'another' ? -1 : before.producerEpoch,
    nextProducerId,
    lastUpdateTimestampMs: nowMs,
    clientVersion: by === 'another' ? 0 : 2,
  })
}

/** The abort that a fence found in the log calls for; its record has the bumped epoch already. */
export function fenceDecided(before: Transaction, nowMs: number): Transaction {
  return moved(before, 'PrepareAbort', { lastUpdateTimestampMs: nowMs, clientVersion: 0 })
}

/** Every marker is written. */
export function completed(before: Transaction, nowMs: number): Transaction {
  const rotates = before.nextProducerId >= 0
  return moved(before, before.state === 'PrepareCommit' ? 'CompleteCommit' : 'CompleteAbort', {
    producerId: rotates ? before.nextProducerId : before.producerId,
    previousProducerId: rotates ? before.producerId : before.previousProducerId,
    nextProducerId: -1,
    producerEpoch: rotates ? 0 : before.producerEpoch,
    partitions: noPartitions,
    lastUpdateTimestampMs: nowMs,
  })
}

/** Whether all of `partitions` belong to the transaction. */
export function contains(transaction: Transaction, partitions: PartitionSet): boolean {
  for (const [topic, wanted] of partitions) {
    const present = transaction.partitions.get(topic)
    if (present === undefined) return false
    for (const partition of wanted) if (!present.has(partition)) return false
  }
  return true
}

/** A set of one partition. */
export function onePartition(topic: string, partition: number): PartitionSet {
  return new Map([[topic, new Set([partition])]])
}

function union(left: PartitionSet, right: PartitionSet): PartitionSet {
  const all = new Map(left)
  for (const [topic, partitions] of right) {
    all.set(topic, new Set([...(left.get(topic) ?? []), ...partitions]))
  }
  return all
}

function moved(before: Transaction, state: TransactionState, changes: Partial<Transaction>): Transaction {
  const allowed = transactionTransitions[before.state].includes(state)
  assert(allowed, `a transaction moves from ${before.state} to ${state}`)
  return { ...before, ...changes, state }
}
