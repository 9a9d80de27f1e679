/**
 * DescribeGroups (key 15): state, protocol and members of groups.
 *
 * Behaviour. A group that does not exist is in the state "Dead" without an error; since version 6 it is
 * GROUP_ID_NOT_FOUND as well. Metadata is shown while the group is stable, and what each member was assigned last until it is assigned anew.
 *
 * Version notes. 3: operations that the client may do. 4: static members. 6: GROUP_ID_NOT_FOUND, messages.
 */
import {
  DescribeGroups,
  DescribeGroupsDescribedGroup,
  type DescribeGroupsRequest,
  type DescribeGroupsResponse,
} from '../../src/protocol/messages/15-describe-groups.ts'
import { authorizedBits, may, refusalOf } from './authorize.ts'
import { distinct } from './duplicates.ts'
import { apiHandler, type BrokerContext, type RequestContext, type ApiHandler } from './handler.ts'
import { eachInSteps, sliced } from './sliced.ts'

export const describeGroups: ApiHandler<DescribeGroupsRequest, DescribeGroupsResponse> = apiHandler(
  DescribeGroups,
  {
    versions: [0, 6],
    handle,
    refuse: ({ groups }, errorCode) => ({
      throttleTimeMs: 0,
      groups: groups.map(groupId => DescribeGroupsDescribedGroup.create({ groupId, errorCode })),
    }),
  },
)

function handle(
  broker: BrokerContext,
  context: RequestContext<DescribeGroupsRequest>,
): DescribeGroupsResponse | Promise<DescribeGroupsResponse> {
  return sliced(broker, describeAll(broker, context))
}

function* describeAll(
  broker: BrokerContext,
  context: RequestContext<DescribeGroupsRequest>,
): Generator<void, DescribeGroupsResponse, void> {
  const asked = distinct(context.request.groups, groupId => groupId)
  const groups = yield* eachInSteps(asked, groupId => describe(broker, context, groupId))
  return { throttleTimeMs: 0, groups }
}

function describe(
  broker: BrokerContext,
  context: RequestContext<DescribeGroupsRequest>,
  groupId: string,
): DescribeGroupsDescribedGroup {
  if (!may(broker, context, 'DESCRIBE', 'GROUP', groupId)) {
    const { errorCode } = refusalOf(context, 'DESCRIBE', 'GROUP', groupId)
    return DescribeGroupsDescribedGroup.create({ groupId, errorCode })
  }
  const unserved = broker.groups.codeOf(groupId)
  if (unserved !== 0) return DescribeGroupsDescribedGroup.create({ groupId, errorCode: unserved })
  const group = broker.groups.describe(groupId, context.version)
  if (!context.request.includeAuthorizedOperations || group.errorCode !== 0) return group
  return { ...group, authorizedOperations: authorizedBits(broker, context, 'GROUP', groupId) }
}
