/**
 * DescribeTopicPartitions (key 75): topics and their partitions, in pages.
 *
 * Behaviour. Topics are answered in the order of their names, from `cursor` on; no topics asked for means all. When the
 * page is full, `nextCursor` says where the next begins. A page has 1 to 2000 partitions, whatever is asked for.
 */
import { zeroUuid } from '../../src/base/uuid.ts'
import { kafkaErrors } from '../../src/protocol/errors.ts'
import {
  DescribeTopicPartitions,
  type DescribeTopicPartitionsCursor,
  type DescribeTopicPartitionsRequest,
  type DescribeTopicPartitionsResponse,
  type DescribeTopicPartitionsResponsePartition,
  type DescribeTopicPartitionsResponseTopic,
} from '../../src/protocol/messages/75-describe-topic-partitions.ts'
import { BrokerError } from '../broker-error.ts'
import { topicNameFault } from '../metadata/topic-name.ts'
import type { Topic } from '../metadata/topics.ts'
import { authorizedBits, may, operationsNotAsked } from './authorize.ts'
import { apiHandler, type BrokerContext, type RequestContext, type ApiHandler } from './handler.ts'
import { sliced } from './sliced.ts'

const pagePartitionsMax = 2000

export const describeTopicPartitions: ApiHandler<
  DescribeTopicPartitionsRequest,
  DescribeTopicPartitionsResponse
> = apiHandler(DescribeTopicPartitions, {
  versions: [0, 0],
  handle,
  refuse: ({ topics }, errorCode) => ({
    throttleTimeMs: 0,
    topics: topics.map(({ name }) => absent(name, errorCode)),
    nextCursor: null,
  }),
})

function handle(
  broker: BrokerContext,
  context: RequestContext<DescribeTopicPartitionsRequest>,
): DescribeTopicPartitionsResponse | Promise<DescribeTopicPartitionsResponse> {
  return sliced(broker, describeAll(broker, context))
}

function* describeAll(
  broker: BrokerContext,
  context: RequestContext<DescribeTopicPartitionsRequest>,
): Generator<void, DescribeTopicPartitionsResponse, void> {
  const { request } = context
  const { cursor, responsePartitionLimit } = request
  if (cursor !== null && cursor.partitionIndex < 0) {
    throw new BrokerError(kafkaErrors.INVALID_REQUEST.code, 'The cursor has a negative partition.')
  }
  const isElsewhere =
    request.topics.length > 0 && !request.topics.some(({ name }) => name === cursor?.topicName)
  if (cursor !== null && isElsewhere) {
    throw new BrokerError(kafkaErrors.INVALID_REQUEST.code, 'The cursor is in a topic that is not asked for.')
  }
  const topics: DescribeTopicPartitionsResponseTopic[] = []
  let room = Math.min(Math.max(responsePartitionLimit, 1), pagePartitionsMax)
  for (const name of namesFrom(broker, request)) {
    yield
    const first = cursor?.topicName === name ? cursor.partitionIndex : 0
    if (room === 0) return page(topics, { topicName: name, partitionIndex: first })
    if (!may(broker, context, 'DESCRIBE', 'TOPIC', name)) {
      // Left out where all are asked for: their names are not for this client to know.
      const { code } = kafkaErrors.TOPIC_AUTHORIZATION_FAILED
      if (request.topics.length > 0) topics.push(absent(name, code))
      continue
    }
    const topic = broker.topics.get(name)
    if (topic === undefined) {
      const isLegal = topicNameFault(name) === undefined
      const { UNKNOWN_TOPIC_OR_PARTITION, INVALID_TOPIC_EXCEPTION } = kafkaErrors
      const { code } = isLegal ? UNKNOWN_TOPIC_OR_PARTITION : INVALID_TOPIC_EXCEPTION
      topics.push(absent(name, code, authorizedBits(broker, context, 'TOPIC', name)))
      continue
    }
    const end = Math.min(topic.logs.length, first + room)
    const bits = authorizedBits(broker, context, 'TOPIC', name)
    topics.push({ ...describe(broker, topic, first, end), topicAuthorizedOperations: bits })
    room -= Math.max(0, end - first)
    if (end < topic.logs.length) return page(topics, { topicName: name, partitionIndex: end })
  }
  return page(topics, null)
}

function namesFrom(
  { topics }: BrokerContext,
  { topics: asked, cursor }: DescribeTopicPartitionsRequest,
): string[] {
  const names =
    asked.length === 0
      ? Array.from(topics.all(), topic => topic.name)
      : [...new Set(asked.map(({ name }) => name))]
  const from = cursor?.topicName
  return names.filter(name => from === undefined || name >= from).sort()
}

function page(
  topics: readonly DescribeTopicPartitionsResponseTopic[],
  nextCursor: DescribeTopicPartitionsCursor | null,
): DescribeTopicPartitionsResponse {
  return { throttleTimeMs: 0, topics, nextCursor }
}

function describe(
  { identity: { nodeId } }: BrokerContext,
  topic: Topic,
  first: number,
  end: number,
): DescribeTopicPartitionsResponseTopic {
  const partitions: DescribeTopicPartitionsResponsePartition[] = []
  for (let partitionIndex = first; partitionIndex < end; partitionIndex++) {
    partitions.push({
      errorCode: 0,
      partitionIndex,
      leaderId: nodeId,
      leaderEpoch: topic.logs[partitionIndex]!.leaderEpoch,
      replicaNodes: [nodeId],
      isrNodes: [nodeId],
      eligibleLeaderReplicas: [],
      lastKnownElr: [],
      offlineReplicas: [],
    })
  }
  return {
    errorCode: 0,
    name: topic.name,
    topicId: topic.id,
    isInternal: topic.internal,
    partitions,
    topicAuthorizedOperations: 0,
  }
}

function absent(
  name: string,
  errorCode: number,
  topicAuthorizedOperations: number = operationsNotAsked,
): DescribeTopicPartitionsResponseTopic {
  return {
    errorCode,
    name,
    topicId: zeroUuid,
    isInternal: false,
    partitions: [],
    topicAuthorizedOperations,
  }
}
