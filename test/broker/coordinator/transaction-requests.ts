/** Requests of transactional producers in few words. */
import { utf8Slice } from '../../../src/base/text.ts'
import { zeroUuid } from '../../../src/base/uuid.ts'
import type { Connection } from '../../../src/protocol/connection.ts'
import { InitProducerId } from '../../../src/protocol/messages/22-init-producer-id.ts'
import { AddPartitionsToTxn } from '../../../src/protocol/messages/24-add-partitions-to-txn.ts'
import { AddOffsetsToTxn } from '../../../src/protocol/messages/25-add-offsets-to-txn.ts'
import { EndTxn } from '../../../src/protocol/messages/26-end-txn.ts'
import { TxnOffsetCommit } from '../../../src/protocol/messages/28-txn-offset-commit.ts'
import { DescribeTransactions } from '../../../src/protocol/messages/65-describe-transactions.ts'
import { batches } from '../../../src/record/batch-reader.ts'
import { readTransactionMarker } from '../../../src/record/control-record.ts'
import { batch, fetchedOf, fetchFrom, produce, producedTo } from '../broker-fixture.ts'
import { errorName } from './world.ts'

export interface TestProducer {
  readonly transactionalId: string
  readonly producerId: number
  readonly producerEpoch: number
  readonly error: string
}

export async function initProducer(
  connection: Connection,
  transactionalId = 'app',
  {
    timeoutMs = 60_000,
    expected = { producerId: -1, producerEpoch: -1 },
    version = 5,
  }: {
    readonly timeoutMs?: number
    readonly expected?: { readonly producerId: number; readonly producerEpoch: number }
    readonly version?: number
  } = {},
): Promise<TestProducer> {
  const { producerId, producerEpoch, errorCode } = await connection.send(InitProducerId, version, {
    transactionalId,
    transactionTimeoutMs: timeoutMs,
    producerId: expected.producerId,
    producerEpoch: expected.producerEpoch,
    enable2Pc: false,
    keepPreparedTxn: false,
  })
  return { transactionalId, producerId, producerEpoch, error: errorName(errorCode) }
}

/** Adds partitions of `input`, as clients before KIP-890 do. */
export async function addPartitions(
  connection: Connection,
  { transactionalId, producerId, producerEpoch }: TestProducer,
  partitions: readonly number[] = [0],
  topic = 'input',
): Promise<string> {
  const response = await connection.send(AddPartitionsToTxn, 3, {
    transactions: [],
    v3AndBelowTransactionalId: transactionalId,
    v3AndBelowProducerId: producerId,
    v3AndBelowProducerEpoch: producerEpoch,
    v3AndBelowTopics: [{ name: topic, partitions }],
  })
  return errorName(response.resultsByTopicV3AndBelow[0]!.resultsByPartition[0]!.partitionErrorCode)
}

/** Writes one transactional record; version 12 adds the partition by it. */
export async function write(
  connection: Connection,
  { transactionalId, producerId, producerEpoch }: TestProducer,
  value: string,
  { partition = 0, sequence = 0, version = 12, topic = 'input' } = {},
): Promise<string> {
  const records = batch([[null, value]], {
    producerId,
    producerEpoch,
    baseSequence: sequence,
    transactional: true,
  })
  const response = await produce(connection, topic, records, { partition, version, transactionalId })
  return errorName(producedTo(response).errorCode)
}

/** Ends the transaction; answers the error's name and what the next one must use. */
export async function endTransaction(
  connection: Connection,
  producer: TestProducer,
  outcome: 'commit' | 'abort' = 'commit',
  { version = 5 } = {},
): Promise<TestProducer> {
  const { transactionalId, producerId, producerEpoch } = producer
  const response = await connection.send(EndTxn, version, {
    transactionalId,
    producerId,
    producerEpoch,
    committed: outcome === 'commit',
  })
  const { errorCode } = response
  const next = version >= 5 && errorCode === 0 ? response : producer
  return {
    ...producer,
    producerId: next.producerId,
    producerEpoch: next.producerEpoch,
    error: errorName(errorCode),
  }
}

/** Commits one offset of `input` in a transaction. */
export async function commitInTransaction(
  connection: Connection,
  { transactionalId, producerId, producerEpoch }: TestProducer,
  offset: number,
  {
    group = 'group',
    memberId = '',
    generationId = -1,
    instanceId = null as string | null,
    partition = 0,
    version = 5,
  } = {},
): Promise<string> {
  const response = await connection.send(TxnOffsetCommit, version, {
    transactionalId,
    groupId: group,
    producerId,
    producerEpoch,
    generationIdOrMemberEpoch: generationId,
    memberId,
    groupInstanceId: instanceId,
    topics: [
      {
        name: 'input',
        topicId: zeroUuid,
        partitions: [
          {
            partitionIndex: partition,
            committedOffset: offset,
            committedLeaderEpoch: -1,
            committedMetadata: null,
          },
        ],
      },
    ],
  })
  return errorName(response.topics[0]!.partitions[0]!.errorCode)
}

export async function addOffsets(
  connection: Connection,
  { transactionalId, producerId, producerEpoch }: TestProducer,
  group = 'group',
): Promise<string> {
  const request = { transactionalId, producerId, producerEpoch, groupId: group }
  return errorName((await connection.send(AddOffsetsToTxn, 4, request)).errorCode)
}

export async function describeTransaction(connection: Connection, transactionalId = 'app') {
  const response = await connection.send(DescribeTransactions, 0, { transactionalIds: [transactionalId] })
  return response.transactionStates[0]!
}

/** The values of a partition of `input` that a reader of committed records sees, and how far it can see. */
export async function committedValues(connection: Connection, partition = 0, topic = 'input') {
  const response = await fetchFrom(connection, topic, 0, {
    isolationLevel: 1,
    topics: [fetchTopic(topic, partition)],
  })
  const { records, abortedTransactions, lastStableOffset, highWatermark } = fetchedOf(response)
  return {
    values: visible(records, abortedTransactions ?? []),
    open: highWatermark - lastStableOffset,
  }
}

function fetchTopic(topic: string, partition: number) {
  return {
    topic,
    topicId: zeroUuid,
    partitions: [
      {
        partition,
        currentLeaderEpoch: -1,
        fetchOffset: 0,
        lastFetchedEpoch: -1,
        logStartOffset: -1,
        partitionMaxBytes: 1 << 20,
        replicaDirectoryId: zeroUuid,
        highWatermark: 2 ** 63,
      },
    ],
  }
}

/** What is left of `records` without those of aborted transactions and without markers, as every client does it. */
function visible(
  records: Uint8Array | null,
  aborted: readonly { readonly producerId: number; readonly firstOffset: number }[],
): string[] {
  const waiting = [...aborted].sort((one, other) => one.firstOffset - other.firstOffset)
  const dropping = new Set<number>()
  const values: string[] = []
  for (const cursor of batches(records ?? new Uint8Array(0))) {
    while (waiting.length > 0 && waiting[0]!.firstOffset <= cursor.lastOffset) {
      dropping.add(waiting.shift()!.producerId)
    }
    if (cursor.control) {
      if (cursor.next() && readTransactionMarker(cursor)?.outcome === 'abort')
        dropping.delete(cursor.producerId)
      continue
    }
    if (cursor.transactional && dropping.has(cursor.producerId)) continue
    while (cursor.next()) values.push(utf8Slice(cursor.value()!))
  }
  return values
}
