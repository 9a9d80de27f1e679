/**
 * Heartbeat (key 12): a member lives, and learns whether its group is being rebalanced (REBALANCE_IN_PROGRESS).
 *
 * Version notes. 3: static members.
 */
import { Heartbeat } from '../../src/protocol/messages/12-heartbeat.ts'
import { apiHandler } from './handler.ts'

export const heartbeat = apiHandler(Heartbeat, {
  versions: [0, 4],
  handle: ({ groups }, { request }) => ({ throttleTimeMs: 0, errorCode: groups.heartbeat(request) }),
  refuse: (_request, errorCode) => ({ throttleTimeMs: 0, errorCode }),
})
