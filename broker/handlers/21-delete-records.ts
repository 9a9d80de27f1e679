/**
 * DeleteRecords (key 21): moves the start of partitions up, so that everything before an offset is gone.
 *
 * Behaviour. -1 stands for the high watermark. An offset past it is OFFSET_OUT_OF_RANGE; one before the start changes
 * nothing and is no error. Only logs that delete by policy can be shortened (POLICY_VIOLATION), and never the broker's
 * own. Streams purges repartition topics by this.
 */
import { kafkaErrors } from '../../src/protocol/errors.ts'
import {
  DeleteRecords,
  type DeleteRecordsPartition,
  type DeleteRecordsPartitionResult,
  type DeleteRecordsRequest,
  type DeleteRecordsResponse,
} from '../../src/protocol/messages/21-delete-records.ts'
import { may } from './authorize.ts'
import { failureOf } from './failure.ts'
import { eachPartition, eachPartitionInSteps } from './each-partition.ts'
import { apiHandler, type BrokerContext, type RequestContext, type ApiHandler } from './handler.ts'
import { sliced } from './sliced.ts'

const highWatermark = -1

export const deleteRecords: ApiHandler<DeleteRecordsRequest, DeleteRecordsResponse> = apiHandler(
  DeleteRecords,
  {
    versions: [0, 2],
    handle,
    refuse: ({ topics }, errorCode) => ({
      throttleTimeMs: 0,
      topics: eachPartition(topics, (_topic, { partitionIndex }) => refused(partitionIndex, errorCode)),
    }),
  },
)

function handle(
  broker: BrokerContext,
  context: RequestContext<DeleteRecordsRequest>,
): DeleteRecordsResponse | Promise<DeleteRecordsResponse> {
  return sliced(broker, shortenAll(broker, context))
}

function* shortenAll(
  broker: BrokerContext,
  context: RequestContext<DeleteRecordsRequest>,
): Generator<void, DeleteRecordsResponse, void> {
  const topics = yield* eachPartitionInSteps(context.request.topics, ({ name }, partition) =>
    may(broker, context, 'DELETE', 'TOPIC', name)
      ? shorten(broker, name, partition)
      : refused(partition.partitionIndex, kafkaErrors.TOPIC_AUTHORIZATION_FAILED.code),
  )
  // What was deleted stays so when the broker is killed; Kafka brings back what was deleted in the last minute.
  if (topics.some(({ partitions }) => partitions.some(({ errorCode }) => errorCode === 0)))
    broker.logs.startsMoved()
  return { throttleTimeMs: 0, topics }
}

function shorten(
  { topics }: BrokerContext,
  name: string,
  { partitionIndex, offset }: DeleteRecordsPartition,
): DeleteRecordsPartitionResult {
  const topic = topics.get(name)
  const log = topic?.logs[partitionIndex]
  if (topic === undefined || log === undefined) {
    return refused(partitionIndex, kafkaErrors.UNKNOWN_TOPIC_OR_PARTITION.code)
  }
  if (topic.internal) return refused(partitionIndex, kafkaErrors.INVALID_TOPIC_EXCEPTION.code)
  if (!topic.config['cleanup.policy'].includes('delete')) {
    return refused(partitionIndex, kafkaErrors.POLICY_VIOLATION.code)
  }
  const target = offset === highWatermark ? log.highWatermark : offset
  if (target < 0 || target > log.highWatermark) {
    return refused(partitionIndex, kafkaErrors.OFFSET_OUT_OF_RANGE.code)
  }
  try {
    log.deleteRecordsBefore(target)
  } catch (error) {
    return refused(partitionIndex, failureOf(error).errorCode)
  }
  return { partitionIndex, lowWatermark: log.logStartOffset, errorCode: 0 }
}

function refused(partitionIndex: number, errorCode: number): DeleteRecordsPartitionResult {
  return { partitionIndex, lowWatermark: -1, errorCode }
}
