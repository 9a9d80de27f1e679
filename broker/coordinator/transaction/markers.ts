/**
 * Writes the markers of a prepared transaction: one into each partition that it reached, `__consumer_offsets` included.
 *
 * Writing one twice does no harm, so after a failure or a restart all of them are written again. A partition that is gone
 * needs none, nor does one that has seen a newer epoch of the producer or of its coordinator: there the transaction is
 * over already.
 */
import { assert } from '../../../src/base/assert.ts'
import { StreamsError } from '../../../src/base/errors.ts'
import { kafkaErrors } from '../../../src/protocol/errors.ts'
import { BrokerError } from '../../broker-error.ts'
import type { TransactionMarker } from '../coordinator-log.ts'
import type { Transaction } from './transaction.ts'
import { isPrepared } from './transaction-state.ts'

/** The partitions that markers go to. */
export interface MarkerTargets {
  /**
   * Appends a marker; not an error if the partition does not exist. Answers a promise of its durability, or `undefined` if
   * it is as durable as it must be. Throws what the log throws.
   */
  end(topic: string, partition: number, marker: TransactionMarker): Promise<void> | undefined
}

export interface MarkersWritten {
  /** How many partitions could not be written; they must be tried again. */
  readonly failed: number
  /** What to await before the transaction counts as complete. */
  readonly durable: readonly Promise<void>[]
}

/** Writes every marker of a transaction that it can. */
export function writeMarkers(
  targets: MarkerTargets,
  transaction: Transaction,
  coordinatorEpoch: number,
): MarkersWritten {
  assert(isPrepared(transaction.state), 'markers of a transaction that is not decided')
  const marker: TransactionMarker = {
    producerId: transaction.producerId,
    producerEpoch: transaction.producerEpoch,
    commit: transaction.state === 'PrepareCommit',
    coordinatorEpoch,
    transactionVersion: transaction.clientVersion,
  }
  const durable: Promise<void>[] = []
  let failed = 0
  for (const [topic, partitions] of transaction.partitions) {
    for (const partition of partitions) {
      try {
        const promise = targets.end(topic, partition, marker)
        if (promise !== undefined) durable.push(promise)
      } catch (error) {
        if (isOver(error)) continue
        if (!isPassing(error)) throw error
        failed++
      }
    }
  }
  return { failed, durable }
}

/** The partition has moved on: the producer's transaction there has been ended by somebody else. */
function isOver(error: unknown): boolean {
  if (!(error instanceof BrokerError)) return false
  const { INVALID_PRODUCER_EPOCH, TRANSACTION_COORDINATOR_FENCED } = kafkaErrors
  return (
    error.kafkaCode === INVALID_PRODUCER_EPOCH.code || error.kafkaCode === TRANSACTION_COORDINATOR_FENCED.code
  )
}

/** The disk is full or refuses; what is decided stays decided and is written when it can be. */
function isPassing(error: unknown): boolean {
  return error instanceof BrokerError || error instanceof StreamsError
}
