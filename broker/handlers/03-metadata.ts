/**
 * Metadata (key 3): the brokers, and topics with their ids, partitions and leaders.
 *
 * Behaviour. `topics` null asks for all, an empty list for none (version 0: all). A topic that does not exist is created
 * if both the client and `auto.create.topics.enable` allow it, with `num.partitions` partitions. Kafka answers
 * UNKNOWN_TOPIC_OR_PARTITION while that goes on, at which kafkajs fails to subscribe and others wait up to a second; here
 * the topic is there by the time of the answer. Only of a topic that was deleted the first who asks is told, as in Kafka,
 * that there is none, since he may be looking whether it is gone; the second makes it. An internal topic that is asked for
 * by name is created too. One request makes topics until they have a thousand partitions; of the others, as of one that is
 * being made, it is told that they have no leader yet, at which every client asks again.
 *
 * Version notes. 4: the client may forbid creation. 8-10: authorized operations. 10: topic ids. 12: topics may be asked for
 * by id; a name beside an id is refused before. 13: an error for the whole response.
 */
import { zeroUuid } from '../../src/base/uuid.ts'
import { kafkaErrors } from '../../src/protocol/errors.ts'
import {
  Metadata,
  type MetadataRequest,
  type MetadataRequestTopic,
  type MetadataResponse,
  type MetadataResponseTopic,
} from '../../src/protocol/messages/03-metadata.ts'
import { BrokerError } from '../broker-error.ts'
import { planTopic } from '../metadata/topic-plan.ts'
import { isInternalTopic } from '../metadata/topic-name.ts'
import type { Topic } from '../metadata/topics.ts'
import { authorizedBits, clusterBits, may, operationsNotAsked } from './authorize.ts'
import { distinct } from './duplicates.ts'
import { durablyTold } from './durably.ts'
import { failureOf } from './failure.ts'
import { apiHandler, type BrokerContext, type RequestContext, type ApiHandler } from './handler.ts'
import { sliced } from './sliced.ts'

export const metadata: ApiHandler<MetadataRequest, MetadataResponse> = apiHandler(Metadata, {
  versions: [0, 13],
  handle,
  refuse,
})

/** How many partitions the topics have that one request makes; the last of them may have more. */
const madePartitionsMax = 1000

function handle(
  broker: BrokerContext,
  context: RequestContext<MetadataRequest>,
): MetadataResponse | Promise<MetadataResponse> {
  // Topics that this request made are not told before they are as durable as they must be.
  return durablyTold(broker, sliced(broker, describeAll(broker, context)), described => ({
    ...described,
    topics: described.topics.map(topic => withoutUnsettled(broker, topic)),
  }))
}

/** What of a topic is on the disk for certain, when the disk fails: of the rest it is told that it has no leader yet. */
function withoutUnsettled({ topics }: BrokerContext, topic: MetadataResponseTopic): MetadataResponseTopic {
  const partitions = topic.partitions.filter(({ partitionIndex }) => {
    const log = topic.name === null ? undefined : topics.log(topic.name, partitionIndex)
    return log === undefined || topics.settled(log) === undefined
  })
  const isTold = topic.errorCode !== 0 || partitions.length > 0
  return { ...topic, partitions, errorCode: isTold ? topic.errorCode : kafkaErrors.LEADER_NOT_AVAILABLE.code }
}

function* describeAll(
  broker: BrokerContext,
  context: RequestContext<MetadataRequest>,
): Generator<void, MetadataResponse, void> {
  const { request, version } = context
  const topics: MetadataResponseTopic[] = []
  const describe = (topic: Topic) => {
    const isAsked = request.includeTopicAuthorizedOperations
    const bits = isAsked ? authorizedBits(broker, context, 'TOPIC', topic.name) : operationsNotAsked
    topics.push(describeTopic(broker, topic, bits))
  }
  if (request.topics === null || (version === 0 && request.topics.length === 0)) {
    // Topics that the client may not know of are left out.
    for (const topic of broker.topics.all()) {
      if (may(broker, context, 'DESCRIBE', 'TOPIC', topic.name)) describe(topic)
      yield
    }
  } else {
    const made: MadeTopics = { partitionCount: 0 }
    // A topic that is asked for twice is told once, as in Kafka.
    for (const asked of distinct(request.topics, keyOf)) {
      const found = yield* findTopic(broker, context, asked, made)
      if ('id' in found) describe(found)
      else topics.push(absent(asked, found.errorCode, bitsOf(broker, context, asked, found.errorCode)))
      yield
    }
  }
  return { ...response(broker, context), topics }
}

/** What is asked for, by which it is told once. Names without an id, which are most, need no text of their own. */
function keyOf({ name, topicId }: MetadataRequestTopic): string {
  return name !== null && topicId === zeroUuid ? name : `${name}/${topicId}`
}

/** What one request has made so far. */
interface MadeTopics {
  partitionCount: number
}

function* findTopic(
  broker: BrokerContext,
  context: RequestContext<MetadataRequest>,
  { name, topicId }: MetadataRequestTopic,
  made: MadeTopics,
): Generator<void, Topic | { readonly errorCode: number }, void> {
  const { version } = context
  const refused = { errorCode: kafkaErrors.TOPIC_AUTHORIZATION_FAILED.code }
  if (version < 12 && (name === null || topicId !== zeroUuid)) {
    throw new BrokerError(kafkaErrors.INVALID_REQUEST.code, 'topics are asked for by id since version 12')
  }
  if (topicId !== zeroUuid) {
    const topic = broker.topics.byId(topicId)
    if (topic === undefined) return { errorCode: kafkaErrors.UNKNOWN_TOPIC_ID.code }
    return may(broker, context, 'DESCRIBE', 'TOPIC', topic.name) ? topic : refused
  }
  if (name === null) return { errorCode: kafkaErrors.INVALID_REQUEST.code }
  if (!may(broker, context, 'DESCRIBE', 'TOPIC', name)) return refused
  const known = broker.topics.get(name)
  if (known !== undefined) return known
  const mayCreate = context.request.allowAutoTopicCreation
  const isAllowed = may(broker, context, 'CREATE', 'CLUSTER') || may(broker, context, 'CREATE', 'TOPIC', name)
  if (mayCreate && isAllowed && isInternalTopic(name)) return broker.topics.internal(name)
  const wish = { name, partitionCount: -1, replicationFactor: -1, assignments: [], configs: [] }
  const { UNKNOWN_TOPIC_OR_PARTITION, LEADER_NOT_AVAILABLE } = kafkaErrors
  if (broker.topics.isUnderWay(name)) {
    return { errorCode: (mayCreate ? LEADER_NOT_AVAILABLE : UNKNOWN_TOPIC_OR_PARTITION).code }
  }
  const plan = planTopic(wish, broker.topics, broker.config)
  if ('errorCode' in plan) return plan
  if (!mayCreate || !broker.config['auto.create.topics.enable']) {
    return { errorCode: UNKNOWN_TOPIC_OR_PARTITION.code }
  }
  if (!isAllowed) return refused
  if (broker.topics.takeDeletion(name)) return { errorCode: UNKNOWN_TOPIC_OR_PARTITION.code }
  if (made.partitionCount >= madePartitionsMax) return { errorCode: LEADER_NOT_AVAILABLE.code }
  made.partitionCount += plan.partitionCount
  try {
    return yield* broker.topics.createInSteps(plan)
  } catch (error) {
    return failureOf(error)
  }
}

function describeTopic(
  { identity }: BrokerContext,
  topic: Topic,
  topicAuthorizedOperations: number,
): MetadataResponseTopic {
  return {
    errorCode: 0,
    name: topic.name,
    topicId: topic.id,
    isInternal: topic.internal,
    partitions: topic.logs.map(({ leaderEpoch }, partitionIndex) => ({
      errorCode: 0,
      partitionIndex,
      leaderId: identity.nodeId,
      leaderEpoch,
      replicaNodes: [identity.nodeId],
      isrNodes: [identity.nodeId],
      offlineReplicas: [],
    })),
    topicAuthorizedOperations,
  }
}

/** What the client may do to a topic that is not there, if it may know so much. */
function bitsOf(
  broker: BrokerContext,
  context: RequestContext<MetadataRequest>,
  { name }: MetadataRequestTopic,
  errorCode: number,
): number {
  const { includeTopicAuthorizedOperations: isAsked } = context.request
  const isHidden = errorCode === kafkaErrors.TOPIC_AUTHORIZATION_FAILED.code
  return isAsked && !isHidden && name !== null
    ? authorizedBits(broker, context, 'TOPIC', name)
    : operationsNotAsked
}

function absent(
  { name, topicId }: MetadataRequestTopic,
  errorCode: number,
  topicAuthorizedOperations: number = operationsNotAsked,
): MetadataResponseTopic {
  return {
    errorCode,
    name,
    topicId,
    isInternal: false,
    partitions: [],
    topicAuthorizedOperations,
  }
}

function response(broker: BrokerContext, context: RequestContext<MetadataRequest>): MetadataResponse {
  const { nodeId, clusterId } = broker.identity
  const { host, port } = context.advertised
  return {
    throttleTimeMs: 0,
    brokers: [{ nodeId, host, port, rack: null }],
    clusterId,
    controllerId: nodeId,
    topics: [],
    clusterAuthorizedOperations: clusterBits(
      broker,
      context,
      context.request.includeClusterAuthorizedOperations,
    ),
    errorCode: 0,
  }
}

function refuse(request: MetadataRequest, errorCode: number): MetadataResponse {
  return {
    throttleTimeMs: 0,
    brokers: [],
    clusterId: null,
    controllerId: -1,
    // A topic that is asked for without a name has an empty one: before version 12 an answer cannot leave it out.
    topics: (request.topics ?? []).map(({ name, topicId }) =>
      absent({ name: name ?? '', topicId }, errorCode),
    ),
    clusterAuthorizedOperations: operationsNotAsked,
    errorCode,
  }
}
