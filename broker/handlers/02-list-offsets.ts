/**
 * ListOffsets (key 2): the first, last or timestamp's offset of partitions.
 *
 * Behaviour. A timestamp of 0 or more asks for the first record with that time or a later one; if there is none (for
 * read_committed: none below the last stable offset) the answer is offset -1 without an error. Negative timestamps
 * are questions, each known since a version:
 *
 *   -1 latest: the high watermark, or the last stable offset for read_committed
 *   -2 earliest: the log start offset            -4 (v8) earliest local: the same, nothing is tiered
 *   -3 (v7) the record with the greatest timestamp
 *   -5 (v9) latest tiered and -6 (v11) earliest pending upload: -1, nothing is tiered
 *
 * Version notes. 2: isolation level. 4: leader epochs. 10: a time-out, for remote reads only.
 */
import { kafkaErrors } from '../../src/protocol/errors.ts'
import {
  ListOffsets,
  type ListOffsetsPartitionResponse,
  type ListOffsetsRequest,
  type ListOffsetsResponse,
  type ListOffsetsTopic,
} from '../../src/protocol/messages/02-list-offsets.ts'
import type { PartitionLog } from '../log/partition-log.ts'
import { may } from './authorize.ts'
import { failureOf } from './failure.ts'
import { eachPartition, eachPartitionInSteps } from './each-partition.ts'
import { apiHandler, type BrokerContext, type RequestContext, type ApiHandler } from './handler.ts'
import { leaderEpochError } from './leader-epoch.ts'
import { sliced } from './sliced.ts'

const latest = -1
const earliest = -2
const greatestTimestamp = -3
const earliestLocal = -4
const latestTiered = -5
const earliestPendingUpload = -6

const nothing: Found = { offset: -1, timestamp: -1, leaderEpoch: -1 }

/** Question → the first version that has it. */
const questionSince: Readonly<Record<number, number>> = {
  [latest]: 1,
  [earliest]: 1,
  [greatestTimestamp]: 7,
  [earliestLocal]: 8,
  [latestTiered]: 9,
  [earliestPendingUpload]: 11,
}

export const listOffsets: ApiHandler<ListOffsetsRequest, ListOffsetsResponse> = apiHandler(ListOffsets, {
  versions: [1, 11],
  handle,
  refuse: ({ topics }, errorCode) => ({
    throttleTimeMs: 0,
    topics: eachPartition(topics, (_topic, { partitionIndex }) => refused(partitionIndex, errorCode)),
  }),
})

function handle(
  broker: BrokerContext,
  context: RequestContext<ListOffsetsRequest>,
): ListOffsetsResponse | Promise<ListOffsetsResponse> {
  return sliced(broker, findAll(broker, context))
}

function* findAll(
  broker: BrokerContext,
  context: RequestContext<ListOffsetsRequest>,
): Generator<void, ListOffsetsResponse, void> {
  const { request, version } = context
  const twice = yield* repeatedPartitions(request.topics)
  const topics = yield* eachPartitionInSteps(request.topics, ({ name: topic }, partition) => {
    const { partitionIndex, currentLeaderEpoch, timestamp } = partition
    if (twice.get(topic)?.get(partitionIndex) === true) {
      return refused(partitionIndex, kafkaErrors.INVALID_REQUEST.code)
    }
    if (!may(broker, context, 'DESCRIBE', 'TOPIC', topic)) {
      return refused(partitionIndex, kafkaErrors.TOPIC_AUTHORIZATION_FAILED.code)
    }
    const log = broker.topics.log(topic, partitionIndex)
    if (log === undefined) return refused(partitionIndex, kafkaErrors.UNKNOWN_TOPIC_OR_PARTITION.code)
    const epochError = leaderEpochError(currentLeaderEpoch, log)
    if (epochError !== 0) return refused(partitionIndex, epochError)
    if (timestamp < 0 && version < (questionSince[timestamp] ?? Infinity)) {
      return refused(partitionIndex, kafkaErrors.UNSUPPORTED_VERSION.code)
    }
    try {
      const found = find(log, timestamp, version >= 2 && request.isolationLevel === 1)
      return { partitionIndex, errorCode: 0, ...found }
    } catch (error) {
      return refused(partitionIndex, failureOf(error).errorCode)
    }
  })
  return { throttleTimeMs: 0, topics }
}

/** Whether a partition is asked for more than once, by topic and partition. */
function* repeatedPartitions(
  topics: readonly ListOffsetsTopic[],
): Generator<void, ReadonlyMap<string, ReadonlyMap<number, boolean>>, void> {
  const asked = new Map<string, Map<number, boolean>>()
  for (const { name, partitions } of topics) {
    const ofTopic = asked.get(name) ?? new Map<number, boolean>()
    asked.set(name, ofTopic)
    for (const { partitionIndex } of partitions) {
      ofTopic.set(partitionIndex, ofTopic.has(partitionIndex))
      yield
    }
  }
  return asked
}

interface Found {
  readonly offset: number
  readonly timestamp: number
  readonly leaderEpoch: number
}

function find(log: PartitionLog, timestamp: number, committed: boolean): Found {
  const isolation = committed ? 'read_committed' : 'read_uncommitted'
  switch (timestamp) {
    case latest: {
      const offset = committed ? log.lastStableOffset : log.highWatermark
      return { offset, timestamp: -1, leaderEpoch: log.leaderEpoch }
    }
    case earliest:
    case earliestLocal: {
      const offset = log.logStartOffset
      const epoch = log.epochAt(offset)
      return { offset, timestamp: -1, leaderEpoch: epoch === -1 ? log.leaderEpoch : epoch }
    }
    case latestTiered:
    case earliestPendingUpload:
      return nothing
    case greatestTimestamp:
      return log.maxTimestampOffset(isolation) ?? nothing
    default:
      return log.offsetForTimestamp(timestamp, isolation) ?? nothing
  }
}

function refused(partitionIndex: number, errorCode: number): ListOffsetsPartitionResponse {
  return { partitionIndex, errorCode, timestamp: -1, offset: -1, leaderEpoch: -1 }
}
