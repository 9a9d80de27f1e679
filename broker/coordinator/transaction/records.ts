/** Transactions as the keys and values of `__transaction_state` that Kafka writes. */
import { StreamsError } from '../../../src/base/errors.ts'
import {
  readTransactionLogKey,
  readTransactionLogValue,
  transactionLogKeyBytes,
  transactionLogValueBytes,
  type TransactionLogValue,
} from '../../../src/protocol/messages/transaction-record.ts'
import type { RecordCodec } from '../runtime.ts'
import { noPartitions, producerEpochMax } from './transaction.ts'
import type { ClientVersion, PartitionSet, Transaction } from './transaction.ts'
import { isComplete, isPrepared, transactionStateIds, transactionStateOf } from './transaction-state.ts'
import type { TransactionState } from './transaction-state.ts'

/** What the log remembers of a transactional id; `undefined` forgets it. */
export interface TransactionRecord {
  readonly transactionalId: string
  readonly transaction: Transaction | undefined
}

export const transactionRecordCodec: RecordCodec<TransactionRecord> = {
  encode({ transactionalId, transaction }) {
    const value = transaction === undefined ? null : transactionLogValueBytes(valueOf(transaction))
    return { key: transactionLogKeyBytes({ transactionalId }), value }
  },
  decode(key, value) {
    const { transactionalId } = readTransactionLogKey(key)
    const transaction =
      value === null ? undefined : transactionOf(transactionalId, readTransactionLogValue(value))
    return { transactionalId, transaction }
  },
}

function valueOf(transaction: Transaction): TransactionLogValue {
  const { partitions, state } = transaction
  const lists = [...partitions].map(([topic, ids]) => ({ topic, partitionIds: [...ids] }))
  return {
    producerId: transaction.producerId,
    previousProducerId: transaction.previousProducerId,
    nextProducerId: transaction.nextProducerId,
    producerEpoch: transaction.producerEpoch,
    transactionTimeoutMs: transaction.timeoutMs,
    transactionStatus: transactionStateIds[state],
    // As in Kafka: an id without a transaction has no list, not an empty one.
    transactionPartitions: state === 'Empty' ? null : lists,
    transactionLastUpdateTimestampMs: transaction.lastUpdateTimestampMs,
    transactionStartTimestampMs: transaction.startTimestampMs,
    clientTransactionVersion: transaction.clientVersion,
  }
}

function transactionOf(transactionalId: string, value: TransactionLogValue): Transaction {
  const state = transactionStateOf(value.transactionStatus)
  if (state === undefined) {
    throw new StreamsError('MR-5100', {
      what: `transactional id ${JSON.stringify(transactionalId)} has a state that is not known: ${value.transactionStatus}`,
      where: '__transaction_state',
      why: 'A newer version wrote it; to guess could commit what was to be aborted.',
      fix: 'Start the version of Millrace that last used this data directory.',
    })
  }
  const clientVersion = clientVersionOf(value.clientTransactionVersion)
  return {
    transactionalId,
    producerId: value.producerId,
    previousProducerId: value.previousProducerId,
    nextProducerId: value.nextProducerId,
    producerEpoch: value.producerEpoch,
    lastProducerEpoch: clientVersion === 2 ? endedUnder(value, state) : -1,
    timeoutMs: value.transactionTimeoutMs,
    state,
    partitions: partitionsOf(value),
    startTimestampMs: value.transactionStartTimestampMs,
    lastUpdateTimestampMs: value.transactionLastUpdateTimestampMs,
    clientVersion,
  }
}

/** The epoch in which the producer had the transaction that has ended: its own still, or the last of its id before. */
function endedUnder(
  { producerEpoch, previousProducerId }: TransactionLogValue,
  state: TransactionState,
): number {
  if (!isPrepared(state) && !isComplete(state)) return -1
  if (producerEpoch > 0) return producerEpoch - 1
  return previousProducerId >= 0 ? producerEpochMax - 1 : -1
}

function partitionsOf({ transactionPartitions }: TransactionLogValue): PartitionSet {
  if (transactionPartitions === null) return noPartitions
  return new Map(transactionPartitions.map(({ topic, partitionIds }) => [topic, new Set(partitionIds)]))
}

function clientVersionOf(version: number): ClientVersion {
  if (version >= 2) return 2
  return version === 1 ? 1 : 0
}
