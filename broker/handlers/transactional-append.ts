/**
 * Whether a transactional batch may be appended, where it would begin a transaction in its partition (G72, G73).
 *
 * The log cannot know that the transaction is still open: a batch that was delayed past the end of its transaction would
 * open one that nobody ends. So before the first batch of a transaction in a partition the coordinator is asked: up to
 * Produce version 11 whether the partition was added to the transaction, from 12 on to add it (KIP-890).
 *
 *   the coordinator answers      the client is told
 *   0                            what the append gives
 *   INVALID_TXN_STATE            TRANSACTION_ABORTABLE since version 11, else INVALID_TXN_STATE
 *   CONCURRENT_TRANSACTIONS      the same, once the transaction's end that is under way was waited for, since version 12;
 *                                else NOT_ENOUGH_REPLICAS, which every client tries again
 *   any other                    the same
 */
import { kafkaErrors } from '../../src/protocol/errors.ts'
import { BrokerError } from '../broker-error.ts'
import type { TransactionCoordinator } from '../coordinator/transaction/coordinator.ts'
import { onePartition } from '../coordinator/transaction/transaction.ts'
import type { PartitionLog } from '../log/partition-log.ts'

const transactionAbortableSince = 11
export const implicitPartitionsSince = 12

export interface TransactionalAppend {
  readonly transactionalId: string
  readonly producerId: number
  readonly producerEpoch: number
  readonly topic: string
  readonly partition: number
  /** Of the Produce request. */
  readonly version: number
  /** `transaction.partition.verification.enable`. */
  readonly isVerified: boolean
}

/** `undefined` if the append may go on at once; a promise to wait for, or a `BrokerError`, otherwise. */
export function admitAppend(
  coordinator: TransactionCoordinator,
  log: PartitionLog,
  append: TransactionalAppend,
): Promise<void> | undefined {
  if (isUnderWay(log, append)) return undefined
  const isImplicit = append.version >= implicitPartitionsSince
  if (!isImplicit && !append.isVerified) return undefined
  const code = isImplicit ? add(coordinator, append) : verify(coordinator, append)
  if (typeof code === 'number') return settled(coordinator, append, code)
  return code.then(async answered => settled(coordinator, append, answered))
}

/** Whether the producer's transaction has begun in this partition; then it was admitted already. */
function isUnderWay(log: PartitionLog, { producerId, producerEpoch }: TransactionalAppend): boolean {
  const producer = log.store.producers.entries.get(producerId)
  return producer?.producerEpoch === producerEpoch && producer.transactionFirstOffset !== -1
}

function verify(
  coordinator: TransactionCoordinator,
  { transactionalId, producerId, producerEpoch, topic, partition }: TransactionalAppend,
): number {
  const partitions = onePartition(topic, partition)
  return coordinator.verify({ transactionalId, producerId, producerEpoch, partitions })
}

function add(
  coordinator: TransactionCoordinator,
  { transactionalId, producerId, producerEpoch, topic, partition }: TransactionalAppend,
): number | Promise<number> {
  const partitions = onePartition(topic, partition)
  return coordinator.add({ transactionalId, producerId, producerEpoch, partitions, clientVersion: 2 })
}

function settled(
  coordinator: TransactionCoordinator,
  append: TransactionalAppend,
  code: number,
): Promise<void> | undefined {
  if (code === 0) return undefined
  if (code === kafkaErrors.CONCURRENT_TRANSACTIONS.code && append.version >= implicitPartitionsSince) {
    const finishing = coordinator.finishing(append.transactionalId)
    if (finishing !== undefined) return addAfter(finishing, coordinator, append)
  }
  throw refusal(code, append)
}

async function addAfter(
  finishing: Promise<void>,
  coordinator: TransactionCoordinator,
  append: TransactionalAppend,
): Promise<void> {
  await finishing
  const code = await add(coordinator, append)
  if (code !== 0) throw refusal(code, append)
}

function refusal(
  code: number,
  { version, topic, partition, transactionalId }: TransactionalAppend,
): BrokerError {
  const { INVALID_TXN_STATE, TRANSACTION_ABORTABLE, CONCURRENT_TRANSACTIONS, NOT_ENOUGH_REPLICAS } =
    kafkaErrors
  const place = `${topic}-${partition} is not in the open transaction of '${transactionalId}'`
  if (code === INVALID_TXN_STATE.code && version >= transactionAbortableSince) {
    return new BrokerError(TRANSACTION_ABORTABLE.code, place)
  }
  if (code === CONCURRENT_TRANSACTIONS.code && version < implicitPartitionsSince) {
    return new BrokerError(NOT_ENOUGH_REPLICAS.code, `${place}: its last one is still being ended`)
  }
  return new BrokerError(code, place)
}
