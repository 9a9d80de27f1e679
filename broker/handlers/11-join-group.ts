/**
 * JoinGroup (key 11): becomes a member of a group, or stays one through a rebalance.
 *
 * Behaviour. The answer waits until the rebalance has closed: all members have joined, or its time is up. The leader
 * gets all members and their metadata. `coordinator/group/join.ts` has the table of who comes in how. In a group of the
 * consumer protocol it is answered at once: `coordinator/group/consumer/classic-join.ts`.
 *
 * Version notes. 1: a rebalance time-out of its own. 4: MEMBER_ID_REQUIRED. 5: static members. 7: the protocol type, and
 * a protocol name that may be null. 8: a reason. 9: skipAssignment.
 */
import {
  JoinGroup,
  type JoinGroupRequest,
  type JoinGroupResponse,
} from '../../src/protocol/messages/11-join-group.ts'
import { refusedJoin } from '../coordinator/group/responses.ts'
import { groupCaller } from './group-caller.ts'
import { apiHandler, type BrokerContext, type RequestContext, type ApiHandler } from './handler.ts'

const nullNameSince = 7

export const joinGroup: ApiHandler<JoinGroupRequest, JoinGroupResponse> = apiHandler(JoinGroup, {
  versions: [0, 9],
  handle,
  refuse: ({ memberId }, errorCode, _message, version) => named(refusedJoin(errorCode, memberId), version),
})

function handle(
  broker: BrokerContext,
  context: RequestContext<JoinGroupRequest>,
): JoinGroupResponse | Promise<JoinGroupResponse> {
  const { request, version } = context
  const response = broker.groups.join(request, groupCaller(broker, context))
  return response instanceof Promise ? response.then(each => named(each, version)) : named(response, version)
}

function named(response: JoinGroupResponse, version: number): JoinGroupResponse {
  const { protocolName } = response
  const isNull = protocolName === null || protocolName === ''
  return isNull ? { ...response, protocolName: version >= nullNameSince ? null : '' } : response
}
