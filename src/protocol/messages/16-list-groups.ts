/**
 * ListGroups (API key 16): lists the groups that a broker coordinates. Sent to every broker.
 */
import type { Api } from '../api.ts'
import {
  array,
  ignorable,
  int16,
  int32,
  message,
  since,
  string,
  struct,
  type MessageType,
  type StructType,
} from '../schema.ts'

/** The request of ListGroups. */
export interface ListGroupsRequest {
  /** Only groups in these states; empty for all. */
  readonly statesFilter: readonly string[]
  /** Only groups of these types; empty for all. */
  readonly typesFilter: readonly string[]
}

export const ListGroupsRequest: MessageType<ListGroupsRequest> = message<ListGroupsRequest>(
  'ListGroupsRequest',
  { versions: [0, 5], flexibleSince: 3 },
  {
    statesFilter: since(4, array(string)),
    typesFilter: since(5, array(string)),
  },
)

/** The response of ListGroups. */
export interface ListGroupsResponse {
  /** How long the client is to hold back because of a quota, in milliseconds; 0 for not at all. */
  readonly throttleTimeMs: number
  /** Error code of the request as a whole; 0 for none. */
  readonly errorCode: number
  /** The groups. */
  readonly groups: readonly ListedGroup[]
}

/** A group. */
export interface ListedGroup {
  /** The id of the group. */
  readonly groupId: string
  /** What kind of group it is; `consumer` for consumers. */
  readonly protocolType: string
  /** The state of the group, by name. */
  readonly groupState: string
  /** `classic`, `consumer`, `share` or `streams`. */
  readonly groupType: string
}

export const ListedGroup: StructType<ListedGroup> = struct<ListedGroup>('ListedGroup', {
  groupId: string,
  protocolType: string,
  groupState: since(4, ignorable(string)),
  groupType: since(5, ignorable(string)),
})

export const ListGroupsResponse: MessageType<ListGroupsResponse> = message<ListGroupsResponse>(
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
