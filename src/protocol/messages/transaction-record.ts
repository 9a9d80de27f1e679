/**
 * The record that the state of a transactional id is, in `__transaction_state`.
 *
 *     key    version int16 = 0 | transactional id
 *     value  version int16 = 1 | producer id | epoch | timeout | state | partitions | timestamps | tagged fields;
 *            null forgets the transactional id
 *
 * Value version 1 is what a cluster with transaction version 1 or 2 writes (KIP-890); version 0, which has no
 * tagged fields, is read too, and written where nothing but it is understood.
 */
import {
  array,
  int16,
  int32,
  int64,
  int8,
  message,
  nullable,
  since,
  string,
  struct,
  tagged,
  withDefault,
  type MessageType,
  type StructType,
} from '../schema.ts'
import { readVersioned, versionedBytes } from '../versioned.ts'

/** Which transactional id it is. */
export interface TransactionLogKey {
  /** The name that producers share across restarts. */
  readonly transactionalId: string
}

/** What is known of it. */
export interface TransactionLogValue {
  /** The producer id of its transactions. */
  readonly producerId: number
  /** The producer id of the transaction that was completed last, if another; else -1. */
  readonly previousProducerId: number
  /** The producer id that the producer was told to use next, when the epochs of this one ran out; else -1. */
  readonly nextProducerId: number
  /** The epoch of the producer id: an older one is fenced. */
  readonly producerEpoch: number
  /** How long a transaction may stay open, in milliseconds. */
  readonly transactionTimeoutMs: number
  /**
   * The state: 0 empty, 1 ongoing, 2 prepare commit, 3 prepare abort, 4 complete commit, 5 complete abort, 6
   * dead, 7 prepare epoch fence.
   */
  readonly transactionStatus: number
  /** The partitions that the transaction wrote to; null while there is none. */
  readonly transactionPartitions: readonly TransactionLogPartitions[] | null
  /** When the state last changed, in milliseconds since the epoch. */
  readonly transactionLastUpdateTimestampMs: number
  /** When the transaction began, in milliseconds since the epoch; -1 while there is none. */
  readonly transactionStartTimestampMs: number
  /** The transaction protocol of the client: 2 for KIP-890, else 0. */
  readonly clientTransactionVersion: number
}

/** Some partitions of a topic. */
export interface TransactionLogPartitions {
  /** The name of the topic. */
  readonly topic: string
  /** The numbers of the partitions. */
  readonly partitionIds: readonly number[]
}

export const TransactionLogKey: MessageType<TransactionLogKey> = message<TransactionLogKey>(
  'TransactionLogKey',
  { versions: [0, 0], flexibleSince: undefined },
  { transactionalId: string },
)

export const TransactionLogPartitions: StructType<TransactionLogPartitions> =
  struct<TransactionLogPartitions>('PartitionsSchema', {
    topic: string,
    partitionIds: array(int32),
  })

export const TransactionLogValue: MessageType<TransactionLogValue> = message<TransactionLogValue>(
  'TransactionLogValue',
  { versions: [0, 1], flexibleSince: 1 },
  {
    producerId: int64,
    previousProducerId: since(1, tagged(0, withDefault(-1, int64))),
    nextProducerId: since(1, tagged(1, withDefault(-1, int64))),
    producerEpoch: int16,
    transactionTimeoutMs: int32,
    transactionStatus: int8,
    transactionPartitions: nullable(array(TransactionLogPartitions)),
    transactionLastUpdateTimestampMs: int64,
    transactionStartTimestampMs: int64,
    clientTransactionVersion: since(1, tagged(2, int16)),
  },
)

/** The key of the record. */
export function transactionLogKeyBytes(key: TransactionLogKey): Uint8Array {
  return versionedBytes(TransactionLogKey, 0, key)
}

/** Reads the key of the record. Throws MR-5010, also for kinds of key that are not known. */
export function readTransactionLogKey(bytes: Uint8Array): TransactionLogKey {
  return readVersioned(TransactionLogKey, bytes, 'refuse').message
}

/** The value of the record. Version 0 refuses (MR-5012) what only version 1 can say. */
export function transactionLogValueBytes(value: TransactionLogValue, version: 0 | 1 = 1): Uint8Array {
  return versionedBytes(TransactionLogValue, version, value)
}

/** Reads the value of the record. Throws MR-5010. */
export function readTransactionLogValue(bytes: Uint8Array): TransactionLogValue {
  return readVersioned(TransactionLogValue, bytes, 'refuse').message
}
