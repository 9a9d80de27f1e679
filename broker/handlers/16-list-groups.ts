/**
 * ListGroups (key 16): every group of this broker, of the states and types asked for.
 *
 * Version notes. 4: states. 5: types, "classic" and "consumer".
 */
import { ListGroups } from '../../src/protocol/messages/16-list-groups.ts'
import { may } from './authorize.ts'
import { apiHandler } from './handler.ts'

export const listGroups = apiHandler(ListGroups, {
  versions: [0, 5],
  handle(broker, context) {
    const { statesFilter, typesFilter } = context.request
    const all = broker.groups.list({ states: statesFilter, types: typesFilter })
    // Who may not describe the cluster is told of the groups that it may describe.
    const isAll = may(broker, context, 'DESCRIBE', 'CLUSTER')
    const groups = all.filter(({ groupId }) => isAll || may(broker, context, 'DESCRIBE', 'GROUP', groupId))
    return { throttleTimeMs: 0, errorCode: 0, groups }
  },
  refuse: (_request, errorCode) => ({ throttleTimeMs: 0, errorCode, groups: [] }),
})
