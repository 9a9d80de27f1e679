/**
 * SyncGroup (key 14): the leader hands in the assignment of a generation, the others wait for theirs.
 *
 * Behaviour. Answered once the leader's assignment is in the log. In a stable group the assignment is answered at once.
 *
 * Version notes. 3: static members. 5: protocol type and name, which must be there and be the group's.
 */
import { kafkaErrors } from '../../src/protocol/errors.ts'
import { SyncGroup } from '../../src/protocol/messages/14-sync-group.ts'
import { refusedSync } from '../coordinator/group/responses.ts'
import { apiHandler } from './handler.ts'

const protocolSince = 5

export const syncGroup = apiHandler(SyncGroup, {
  versions: [0, 5],
  handle({ groups }, { request, version, connectionId }) {
    const isWhole = request.protocolType !== null && request.protocolName !== null
    if (version >= protocolSince && !isWhole) return refusedSync(kafkaErrors.INCONSISTENT_GROUP_PROTOCOL.code)
    return groups.sync(request, connectionId)
  },
  refuse: (_request, errorCode) => refusedSync(errorCode),
})
