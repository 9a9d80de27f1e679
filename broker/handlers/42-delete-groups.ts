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
  async handle(broker, context) {
    const results = context.request.groupsNames.map(async groupId => {
      if (!may(broker, context, 'DELETE', 'GROUP', groupId)) {
        return { groupId, ...refusalOf(context, 'DELETE', 'GROUP', groupId) }
      }
      const errorCode = broker.groups.codeOf(groupId) || (await broker.groups.delete(groupId))
      return { groupId, errorCode, errorMessage: errorCode === 0 ? null : errorByCode(errorCode).summary }
    })
    return { throttleTimeMs: 0, results: await Promise.all(results) }
  },
  refuse: ({ groupsNames }, errorCode, errorMessage) => ({
    throttleTimeMs: 0,
    results: groupsNames.map(groupId => ({ groupId, errorCode, errorMessage })),
  }),
})
