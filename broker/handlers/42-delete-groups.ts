/**
 * DeleteGroups (key 42): forgets groups without members, with all that they committed.
 *
 * Version notes. 3: messages.
 */
import { errorByCode } from '../../src/protocol/errors.ts'
import {
  DeleteGroups,
  type DeletableGroupResult,
  type DeleteGroupsRequest,
} from '../../src/protocol/messages/42-delete-groups.ts'
import { may, refusalOf } from './authorize.ts'
import { apiHandler, type BrokerContext, type RequestContext } from './handler.ts'
import { eachInSteps, settled, sliced } from './sliced.ts'

export const deleteGroups = apiHandler(DeleteGroups, {
  versions: [0, 3],
  async handle(broker, context) {
    const steps = eachInSteps(context.request.groupsNames, groupId => remove(broker, context, groupId))
    // What was deleted is answered once it is as durable as it must be.
    return { throttleTimeMs: 0, results: await settled(await sliced(broker, steps)) }
  },
  refuse: ({ groupsNames }, errorCode, errorMessage) => ({
    throttleTimeMs: 0,
    results: groupsNames.map(groupId => ({ groupId, errorCode, errorMessage })),
  }),
})

function remove(
  broker: BrokerContext,
  context: RequestContext<DeleteGroupsRequest>,
  groupId: string,
): DeletableGroupResult | Promise<DeletableGroupResult> {
  if (!may(broker, context, 'DELETE', 'GROUP', groupId)) {
    return { groupId, ...refusalOf(context, 'DELETE', 'GROUP', groupId) }
  }
  const respond = (errorCode: number) => {
    const errorMessage = errorCode === 0 ? null : errorByCode(errorCode).summary
    return { groupId, errorCode, errorMessage }
  }
  const code = broker.groups.codeOf(groupId) || broker.groups.delete(groupId)
  return code instanceof Promise ? code.then(respond) : respond(code)
}
