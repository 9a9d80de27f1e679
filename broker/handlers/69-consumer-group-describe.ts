/**
 * ConsumerGroupDescribe (key 69): state, epochs and members of groups of the consumer protocol (KIP-848).
 *
 * Behaviour. A group with topics that the client may not describe is refused whole. One of another kind is GROUP_ID_NOT_FOUND like one that does not exist: the client asks DescribeGroups
 * then.
 *
 * Version notes. 1: the kind of each member.
 */
import { kafkaErrors } from '../../src/protocol/errors.ts'
import {
  ConsumerGroupDescribe,
  ConsumerGroupDescribeDescribedGroup,
  type ConsumerGroupDescribeRequest,
  type ConsumerGroupDescribeResponse,
} from '../../src/protocol/messages/69-consumer-group-describe.ts'
import { authorizedBits, may, refusalOf } from './authorize.ts'
import { distinct } from './duplicates.ts'
import { apiHandler, type ApiHandler, type BrokerContext, type RequestContext } from './handler.ts'
import { eachInSteps, sliced } from './sliced.ts'

export const consumerGroupDescribe: ApiHandler<ConsumerGroupDescribeRequest, ConsumerGroupDescribeResponse> =
  apiHandler(ConsumerGroupDescribe, {
    versions: [0, 1],
    handle: (broker, context) => sliced(broker, describeAll(broker, context)),
    refuse: ({ groupIds }, errorCode, errorMessage) => ({
      throttleTimeMs: 0,
      groups: groupIds.map(groupId =>
        ConsumerGroupDescribeDescribedGroup.create({ groupId, errorCode, errorMessage }),
      ),
    }),
  })

function* describeAll(
  broker: BrokerContext,
  context: RequestContext<ConsumerGroupDescribeRequest>,
): Generator<void, ConsumerGroupDescribeResponse, void> {
  const asked = distinct(context.request.groupIds, groupId => groupId)
  const groups = yield* eachInSteps(asked, groupId => describe(broker, context, groupId))
  return { throttleTimeMs: 0, groups }
}

function describe(
  broker: BrokerContext,
  context: RequestContext<ConsumerGroupDescribeRequest>,
  groupId: string,
): ConsumerGroupDescribeDescribedGroup {
  if (!may(broker, context, 'DESCRIBE', 'GROUP', groupId)) {
    const refusal = refusalOf(context, 'DESCRIBE', 'GROUP', groupId)
    return ConsumerGroupDescribeDescribedGroup.create({ groupId, ...refusal })
  }
  if (groupId === '') {
    const errorCode = kafkaErrors.INVALID_GROUP_ID.code
    return ConsumerGroupDescribeDescribedGroup.create({ groupId, errorCode })
  }
  const unserved = broker.groups.codeOf(groupId)
  if (unserved !== 0) {
    return ConsumerGroupDescribeDescribedGroup.create({ groupId, errorCode: unserved })
  }
  const group = broker.groups.describeConsumer(groupId)
  if (!topicsOf(group).every(topic => may(broker, context, 'DESCRIBE', 'TOPIC', topic))) {
    return ConsumerGroupDescribeDescribedGroup.create({
      groupId,
      errorCode: kafkaErrors.TOPIC_AUTHORIZATION_FAILED.code,
      errorMessage: 'The group has topics that the client may not describe.',
    })
  }
  const isAsked = context.request.includeAuthorizedOperations && group.errorCode === 0
  if (!isAsked) return group
  return { ...group, authorizedOperations: authorizedBits(broker, context, 'GROUP', groupId) }
}

/** The topics that members have or are to have. */
function topicsOf({ members }: ConsumerGroupDescribeDescribedGroup): readonly string[] {
  const assignments = members.flatMap(({ assignment, targetAssignment }) => [assignment, targetAssignment])
  return [...new Set(assignments.flatMap(each => each.topicPartitions.map(({ topicName }) => topicName)))]
}
