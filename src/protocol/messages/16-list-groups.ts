/**
 * ListGroups (API key 16).
 */
import type { Api } from '../api.ts'
import { array, ignorable, int16, int32, message, since, string, struct } from '../schema.ts'

/** ListGroupsRequest */
export interface ListGroupsRequest {
  /** statesFilter */
  readonly statesFilter: readonly string[]
  /** typesFilter */
  readonly typesFilter: readonly string[]
}

export const ListGroupsRequest = message<ListGroupsRequest>(
  'ListGroupsRequest',
  { versions: [0, 5], flexibleSince: 3 },
  {
    statesFilter: since(4, array(string)),
    typesFilter: since(5, array(string)),
  },
)

/** ListGroupsResponse */
export interface ListGroupsResponse {
  /** throttleTimeMs */
  readonly throttleTimeMs: number
  /** errorCode */
  readonly errorCode: number
  /** groups */
  readonly groups: readonly ListedGroup[]
}

/** ListedGroup */
export interface ListedGroup {
  /** groupId */
  readonly groupId: string
  /** protocolType */
  readonly protocolType: string
  /** groupState */
  readonly groupState: string
  /** groupType */
  readonly groupType: string
}

export const ListedGroup = struct<ListedGroup>('ListedGroup', {
  groupId: string,
  protocolType: string,
  groupState: since(4, ignorable(string)),
  groupType: since(5, ignorable(string)),
})

export const ListGroupsResponse = message<ListGroupsResponse>(
  'ListGroupsResponse',
  { versions: [0, 5], flexibleSince: 3 },
  {
    throttleTimeMs: since(1, ignorable(int32)),
    errorCode: int16,
    groups: array(ListedGroup),
  },
)

export const ListGroups: Api<ListGroupsRequest, ListGroupsResponse> = {
  key: 16,
  name: 'ListGroups',
  request: ListGroupsRequest,
  response: ListGroupsResponse,
}
