/**
 * LeaveGroup (key 13): members go, and the others rebalance at once instead of after a session time-out.
 *
 * Behaviour. Who is not a member is told so one by one; the others go all the same, with one rebalance.
 *
 * Version notes. 0 to 2: one member, whose error is the response's. 3: several, static ones by instance id alone. 5: reasons.
 */
import { kafkaErrors } from '../../src/protocol/errors.ts'
import {
  LeaveGroup,
  type LeaveGroupRequest,
  type LeaveGroupResponse,
} from '../../src/protocol/messages/13-leave-group.ts'
import { BrokerError } from '../broker-error.ts'
import { apiHandler, type BrokerContext, type RequestContext, type ApiHandler } from './handler.ts'

const membersSince = 3

export const leaveGroup: ApiHandler<LeaveGroupRequest, LeaveGroupResponse> = apiHandler(LeaveGroup, {
  versions: [0, 5],
  handle,
  refuse: (_request, errorCode) => ({ throttleTimeMs: 0, errorCode, members: [] }),
})

function handle(
  { groups }: BrokerContext,
  { request, version }: RequestContext<LeaveGroupRequest>,
): LeaveGroupResponse {
  const { groupId, memberId } = request
  if (groupId === '') throw new BrokerError(kafkaErrors.INVALID_GROUP_ID.code, 'the group id is empty')
  if (version >= membersSince) {
    return { throttleTimeMs: 0, errorCode: 0, members: groups.leave(groupId, request.members) }
  }
  const [left] = groups.leave(groupId, [{ memberId, groupInstanceId: null, reason: null }])
  return { throttleTimeMs: 0, errorCode: left!.errorCode, members: [] }
}
