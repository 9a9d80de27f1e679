/**
 * DescribeGroups (key 15): state, protocol and members of groups.
 *
 * Behaviour. A group that does not exist is in the state "Dead" without an error; since version 6 it is
 * GROUP_ID_NOT_FOUND as well. Metadata and assignments are shown while the group is stable.
 *
 * Version notes. 3: operations that the client may do. 4: static members. 6: GROUP_ID_NOT_FOUND, messages.
 */
import {
  DescribeGroups,
  DescribeGroupsDescribedGroup,
  type DescribeGroupsRequest,
  type DescribeGroupsResponse,
} from '../../src/protocol/messages/15-describe-groups.ts'
import { groupOperations } from './authorized-operations.ts'
import { apiHandler, type BrokerContext, type RequestContext, type ApiHandler } from './handler.ts'

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
  { groups }: BrokerContext,
  { request, version }: RequestContext<DescribeGroupsRequest>,
): DescribeGroupsResponse {
  const described = request.groups.map(groupId => {
    const group = groups.describe(groupId, version)
    return request.includeAuthorizedOperations ? { ...group, authorizedOperations: groupOperations } : group
  })
  return { throttleTimeMs: 0, groups: described }
}
