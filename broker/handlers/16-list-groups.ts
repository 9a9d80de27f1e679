/**
 * ListGroups (key 16): every group of this broker, of the states and types asked for.
 *
 * Version notes. 4: states. 5: types, "classic" and "consumer".
 */
import { ListGroups } from '../../src/protocol/messages/16-list-groups.ts'
import { apiHandler } from './handler.ts'

export const listGroups = apiHandler(ListGroups, {
  versions: [0, 5],
  handle: ({ groups }, { request: { statesFilter, typesFilter } }) => ({
    throttleTimeMs: 0,
    errorCode: 0,
    groups: groups.list({ states: statesFilter, types: typesFilter }),
  }),
  refuse: (_request, errorCode) => ({ throttleTimeMs: 0, errorCode, groups: [] }),
})
