/**
 * DeleteGroups (API key 42).
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
} from '../schema.ts'

/** DeleteGroupsRequest */
export interface DeleteGroupsRequest {
  /** groupsNames */
  readonly groupsNames: readonly string[]
}

export const DeleteGroupsRequest = message<DeleteGroupsRequest>(
  'DeleteGroupsRequest',
  { versions: [0, 3], flexibleSince: 2 },
  {
    groupsNames: array(string),
  },
)

/** DeleteGroupsResponse */
export interface DeleteGroupsResponse {
  /** throttleTimeMs */
  readonly throttleTimeMs: number
  /** results */
  readonly results: readonly DeletableGroupResult[]
}

/** DeletableGroupResult */
export interface DeletableGroupResult {
  /** groupId */
  readonly groupId: string
  /** errorCode */
  readonly errorCode: number
  /** errorMessage */
  readonly errorMessage: string | null
}

export const DeletableGroupResult = struct<DeletableGroupResult>('DeletableGroupResult', {
  groupId: string,
  errorCode: int16,
  errorMessage: since(3, ignorable(withDefault(null, nullable(string)))),
})

export const DeleteGroupsResponse = message<DeleteGroupsResponse>(
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
