/**
 * OffsetFetch (key 9): how far groups have come.
 *
 * Behaviour. What was never committed, by a group that exists or not, is offset -1 without an error. With
 * `requireStable` a partition that an open transaction may yet change is UNSTABLE_OFFSET_COMMIT: the client asks again
 * instead of reading twice what the transaction is about to commit. A member of the consumer protocol has to name its epoch.
 *
 * Version notes. 2: no topics means all, and one error for the group. 5: leader epochs. 7: requireStable. 8: several
 * groups. 9: member ids, of KIP-848 groups. 10: topic ids instead of names.
 */
import { zeroUuid } from '../../src/base/uuid.ts'
import { kafkaErrors } from '../../src/protocol/errors.ts'
import {
  OffsetFetch,
  type OffsetFetchRequest,
  type OffsetFetchRequestGroup,
  type OffsetFetchResponse,
  type OffsetFetchResponseGroup,
  type OffsetFetchResponseTopics,
} from '../../src/protocol/messages/09-offset-fetch.ts'
import { noOffset, type FetchedTopic } from '../coordinator/group/offset-fetch.ts'
import { demand, may } from './authorize.ts'
import { distinct } from './duplicates.ts'
import { apiHandler, type BrokerContext, type RequestContext, type ApiHandler } from './handler.ts'
import { eachInSteps, sliced } from './sliced.ts'

const errorSince = 2
const groupsSince = 8
const topicIdsSince = 10

export const offsetFetch: ApiHandler<OffsetFetchRequest, OffsetFetchResponse> = apiHandler(OffsetFetch, {
  versions: [1, 10],
  handle,
  refuse,
})

function handle(
  broker: BrokerContext,
  context: RequestContext<OffsetFetchRequest>,
): OffsetFetchResponse | Promise<OffsetFetchResponse> {
  const { request, version } = context
  const { groupId, requireStable } = request
  if (version < groupsSince) {
    demand(broker, context, 'DESCRIBE', 'GROUP', groupId)
    const wanted = { groupId, requireStable, topics: request.topics ?? undefined }
    const topics = fetchAllowed(broker, context, wanted)
    return { throttleTimeMs: 0, topics, errorCode: 0, groups: [] }
  }
  return sliced(broker, fetchGroups(broker, context))
}

/** A group is one step: between two looks at its offsets a transaction could move some of them and not others. */
function* fetchGroups(
  broker: BrokerContext,
  context: RequestContext<OffsetFetchRequest>,
): Generator<void, OffsetFetchResponse, void> {
  const asked = distinct(context.request.groups, ({ groupId }) => groupId)
  const groups = yield* eachInSteps(asked, group => fetchGroup(broker, context, group))
  return { throttleTimeMs: 0, topics: [], errorCode: 0, groups }
}

function fetchGroup(
  broker: BrokerContext,
  context: RequestContext<OffsetFetchRequest>,
  { groupId, topics, memberId, memberEpoch }: OffsetFetchRequestGroup,
): OffsetFetchResponseGroup {
  const { version, request } = context
  const { requireStable } = request
  if (!may(broker, context, 'DESCRIBE', 'GROUP', groupId)) {
    return { groupId, topics: [], errorCode: kafkaErrors.GROUP_AUTHORIZATION_FAILED.code }
  }
  const refusal = broker.groups.checkFetch(groupId, { memberId, memberEpoch })
  if (refusal !== 0) return { groupId, topics: [], errorCode: refusal }
  const wanted = { groupId, requireStable }
  if (topics === null) {
    const found = fetchAllowed(broker, context, { ...wanted, topics: undefined })
    return { groupId, topics: found.map(topic => identified(broker, topic)), errorCode: 0 }
  }
  if (version < topicIdsSince) {
    const found = fetchAllowed(broker, context, { ...wanted, topics })
    const told = found.map(({ name, partitions }) => ({ name, topicId: zeroUuid, partitions }))
    return { groupId, topics: told, errorCode: 0 }
  }
  const known = topics.flatMap(({ topicId, partitionIndexes }) => {
    const name = broker.topics.byId(topicId)?.name
    return name === undefined ? [] : [{ name, partitionIndexes, topicId }]
  })
  const found = fetchAllowed(broker, context, { ...wanted, topics: known })
  let next = 0
  return {
    groupId,
    topics: topics.map(({ topicId, partitionIndexes }) => {
      if (known[next]?.topicId === topicId) {
        const { name, partitions } = found[next++]!
        return { name, topicId, partitions }
      }
      const { code } = kafkaErrors.UNKNOWN_TOPIC_ID
      return { name: '', topicId, partitions: partitionIndexes.map(index => noOffset(index, code)) }
    }),
    errorCode: 0,
  }
}

/** Of topics that the client may not describe: left out where all are asked for, refused where they are named. */
function fetchAllowed(
  broker: BrokerContext,
  context: RequestContext<OffsetFetchRequest>,
  wanted: Parameters<BrokerContext['groups']['fetch']>[0],
): readonly FetchedTopic[] {
  const isAllowed = (name: string) => may(broker, context, 'DESCRIBE', 'TOPIC', name)
  const { topics } = wanted
  if (topics === undefined) return broker.groups.fetch(wanted).filter(({ name }) => isAllowed(name))
  const found = broker.groups.fetch(wanted)
  const { code } = kafkaErrors.TOPIC_AUTHORIZATION_FAILED
  return found.map(topic => {
    if (isAllowed(topic.name)) return topic
    const partitions = topic.partitions.map(({ partitionIndex }) => noOffset(partitionIndex, code))
    return { ...topic, partitions }
  })
}

function identified({ topics }: BrokerContext, topic: FetchedTopic): OffsetFetchResponseTopics {
  const { name, partitions } = topic
  return { name, topicId: topics.get(name)?.id ?? zeroUuid, partitions }
}

/** Before version 2 an answer has no error of its own: each partition has it. */
function refuse(
  { groups, topics }: OffsetFetchRequest,
  errorCode: number,
  _message: string | null,
  version: number,
): OffsetFetchResponse {
  const told = version < errorSince ? (topics ?? []) : []
  return {
    throttleTimeMs: 0,
    topics: told.map(({ name, partitionIndexes }) => ({
      name,
      partitions: partitionIndexes.map(index => noOffset(index, errorCode)),
    })),
    errorCode,
    groups: groups.map(({ groupId }) => ({ groupId, topics: [], errorCode })),
  }
}
