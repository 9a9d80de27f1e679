/**
 * SyncGroup (key 14): the leader hands in the assignment of a generation, the others wait for theirs.
 *
 * Behaviour. Answered once the leader's assignment is in the log. In a stable group the assignment is answered at once.
 *
 * Version notes. 3: static members. 5: protocol type and name, which must be the group's.
 */
import { SyncGroup } from '../../src/protocol/messages/14-sync-group.ts'
import { refusedSync } from '../coordinator/group/responses.ts'
import { apiHandler } from './handler.ts'

export const syncGroup = apiHandler(SyncGroup, {
  versions: [0, 5],
  handle: ({ groups }, { request, connectionId }) => groups.sync(request, connectionId),
  refuse: (_request, errorCode) => refusedSync(errorCode),
})
