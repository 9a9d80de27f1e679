/**
 * OffsetCommit (key 8): keeps how far a group has come.
 *
 * Behaviour. Commits of a member are taken in its generation only; of a group without members, from anyone that names no
 * generation (`coordinator/group/fencing.ts` has the table). Topics that do not exist are refused one by one, the
 * others are kept. A commit also says that the member lives.
 *
 * Version notes. 2 to 4: a retention time of the client's own. 6: leader epochs. 7: static members. 9: new error codes of
 * KIP-848. 10: topic ids instead of names.
 */
import {
  OffsetCommit,
  type OffsetCommitRequest,
  type OffsetCommitRequestTopic,
  type OffsetCommitResponse,
} from '../../src/protocol/messages/08-offset-commit.ts'
import type { PartitionCodes } from '../coordinator/group/coordinator.ts'
import { apiHandler, type BrokerContext, type RequestContext, type ApiHandler } from './handler.ts'
import { knownTopics, namedTopics, partitionAnswers, refusedTopics, type NamedTopic } from './named-topics.ts'

const topicIdsSince = 10

export const offsetCommit: ApiHandler<OffsetCommitRequest, OffsetCommitResponse> = apiHandler(OffsetCommit, {
  versions: [2, 10],
  handle,
  refuse: ({ topics }, errorCode) => respond(refusedTopics(topics, errorCode), []),
})

function handle(
  broker: BrokerContext,
  context: RequestContext<OffsetCommitRequest>,
): OffsetCommitResponse | Promise<OffsetCommitResponse> {
  const { request, version } = context
  const byId = version >= topicIdsSince
  const found = namedTopics(broker, context, request.topics, byId)
  const codes = broker.groups.commit({
    groupId: request.groupId,
    generationId: request.generationIdOrMemberEpoch,
    memberId: request.memberId,
    groupInstanceId: request.groupInstanceId,
    topics: knownTopics(found),
    retentionMs: request.retentionTimeMs,
    transaction: undefined,
    version,
  })
  return codes instanceof Promise ? codes.then(each => respond(found, each)) : respond(found, codes)
}

function respond(
  found: readonly NamedTopic<OffsetCommitRequestTopic>[],
  codes: PartitionCodes,
): OffsetCommitResponse {
  return { throttleTimeMs: 0, topics: partitionAnswers(found, codes) }
}
