/**
 * DeleteGroups (API key 42): deletes groups that have no members, with their offsets. Sent to the group
 * coordinator.
 */
import type { Api } from '../api.ts'
import {
  array,
  ignorable,
  int16,
  int32,
  message,
  nullable,
  since,
  string,
  struct,
  withDefault,
  type MessageType,
  type StructType,
} from '../schema.ts'

/** The request of DeleteGroups. */
export interface DeleteGroupsRequest {
  /** The ids of the groups. */
  readonly groupsNames: readonly string[]
}

export const DeleteGroupsRequest: MessageType<DeleteGroupsRequest> = message<DeleteGroupsRequest>(
  'DeleteGroupsRequest',
  { versions: [0, 3], flexibleSince: 2 },
  {
    groupsNames: array(string),
  },
)

/** The response of DeleteGroups. */
export interface DeleteGroupsResponse {
  /** How long the client is to hold back because of a quota, in milliseconds; 0 for not at all. */
  readonly throttleTimeMs: number
  /** What was found, or done, for each. */
  readonly results: readonly DeletableGroupResult[]
}

/** What became of one group. */
export interface DeletableGroupResult {
  /** The id of the group. */
  readonly groupId: string
  /** Error code of this group; 0 for none. */
  readonly errorCode: number
  /** What went wrong, for people; null if nothing did. */
  readonly errorMessage: string | null
}

export const DeletableGroupResult: StructType<DeletableGroupResult> = struct<DeletableGroupResult>(
  'DeletableGroupResult',
  {
    groupId: string,
    errorCode: int16,
    errorMessage: since(3, ignorable(withDefault(null, nullable(string)))),
  },
)

export const DeleteGroupsResponse: MessageType<DeleteGroupsResponse> = message<DeleteGroupsResponse>(
  'DeleteGroupsResponse',
  { versions: [0, 3], flexibleSince: 2 },
  {
    throttleTimeMs: int32,
    results: array(DeletableGroupResult),
  },
)

export const DeleteGroups: Api<DeleteGroupsRequest, DeleteGroupsResponse> = {
  key: 42,
  name: 'DeleteGroups',
  request: DeleteGroupsRequest,
  response: DeleteGroupsResponse,
}
