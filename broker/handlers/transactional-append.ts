/**
 * Whether a transactional batch may be appended, where it would begin a transaction in its partition (G72, G73).
 *
 * The log cannot know that the transaction is still open: a batch that was delayed past the end of its transaction would
 * open one that nobody ends. So before the first batch of a transaction in a partition the coordinator is asked: up to
 * Produce version 11 whether the partition was added to the transaction, from 12 on to add it (KIP-890).
 */
import { isTransactional, producerEpochOf, producerIdOf } from '../../src/record/batch-format.ts'
import { kafkaErrors } from '../../src/protocol/errors.ts'
import { BrokerError } from '../broker-error.ts'
import type { PartitionLog } from '../log/partition-log.ts'
import type { BrokerContext } from './handler.ts'

const transactionAbortableSince = 11
export const implicitPartitionsSince = 12

export interface TransactionalAppend {
  readonly transactionalId: string | null
  readonly topic: string
  readonly log: PartitionLog
  readonly batch: Uint8Array
  /** Of the Produce request. */
  readonly version: number
}

/** `undefined` if the append may go on at once; a promise to wait for, or a `BrokerError`, otherwise. */
export function admitAppend(
  { transactions, config }: BrokerContext,
  { transactionalId, topic, log, batch, version }: TransactionalAppend,
): Promise<void> | undefined {
  if (transactionalId === null || !isTransactional(batch, 0)) return undefined
  const producerId = producerIdOf(batch, 0)
  const producerEpoch = producerEpochOf(batch, 0)
  if (isUnderWay(log, producerId, producerEpoch)) return undefined
  checkEpoch(log, producerId, producerEpoch)
  const implicit = version >= implicitPartitionsSince
  if (!implicit && !config['transaction.partition.verification.enable']) return undefined
  // Clients of Produce look nowhere else for a coordinator: as Apache Kafka has it, they are told to try again.
  if (transactions.codeOf(transactionalId) !== 0) {
    const { NOT_ENOUGH_REPLICAS } = kafkaErrors
    throw new BrokerError(
      NOT_ENOUGH_REPLICAS.code,
      `the coordinator of ${transactionalId} cannot be asked: its log is damaged`,
    )
  }
  return transactions.verifyPartition({
    transactionalId,
    producerId,
    producerEpoch,
    topic,
    partition: log.partition,
    implicit,
    knowsAbortable: version >= transactionAbortableSince,
  })
}

/**
 * Refuses what the partition knows to be fenced. The coordinator, where a new producer id has come in the place of this one, knows
 * only that the id is another.
 */
function checkEpoch(log: PartitionLog, producerId: number, producerEpoch: number): void {
  const known = log.store.producers.entries.get(producerId)?.producerEpoch ?? -1
  if (producerEpoch >= known) return
  const { code } = kafkaErrors.INVALID_PRODUCER_EPOCH
  throw new BrokerError(
    code,
    `Producer ${producerId} has epoch ${producerEpoch}; this partition has seen epoch ${known}.`,
  )
}

/** Whether the producer's transaction has begun in this partition; then it was admitted already. */
function isUnderWay(log: PartitionLog, producerId: number, producerEpoch: number): boolean {
  const producer = log.store.producers.entries.get(producerId)
  return producer?.producerEpoch === producerEpoch && producer.transactionFirstOffset !== -1
}
