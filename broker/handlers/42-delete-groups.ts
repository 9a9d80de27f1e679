/**
 * DeleteGroups (key 42): forgets groups without members, with all that they committed.
 *
 * Version notes. 3: messages.
 */
import { errorByCode } from '../../src/protocol/errors.ts'
import { DeleteGroups } from '../../src/protocol/messages/42-delete-groups.ts'
import { may, refusalOf } from './authorize.ts'
import { apiHandler } from './handler.ts'

export const deleteGroups = apiHandler(DeleteGroups, {
  versions: [0, 3],
  handle: (broker, context) => ({
    throttleTimeMs: 0,
    results: context.request.groupsNames.map(groupId => {
      if (!may(broker, context, 'DELETE', 'GROUP', groupId)) {
        return { groupId, ...refusalOf(context, 'DELETE', 'GROUP', groupId) }
      }
      const errorCode = broker.groups.delete(groupId)
      return { groupId, errorCode, errorMessage: errorCode === 0 ? null : errorByCode(errorCode).summary }
    }),
  }),
  refuse: ({ groupsNames }, errorCode, errorMessage) => ({
    throttleTimeMs: 0,
    results: groupsNames.map(groupId => ({ groupId, errorCode, errorMessage })),
  }),
})
