/**
 * DescribeGroups (API key 15).
 */
import type { Api } from '../api.ts'
import {
  array,
  bool,
  bytes,
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

/** DescribeGroupsRequest */
export interface DescribeGroupsRequest {
  /** groups */
  readonly groups: readonly string[]
  /** includeAuthorizedOperations */
  readonly includeAuthorizedOperations: boolean
}

export const DescribeGroupsRequest = message<DescribeGroupsRequest>(
  'DescribeGroupsRequest',
  { versions: [0, 6], flexibleSince: 5 },
  {
    groups: array(string),
    includeAuthorizedOperations: since(3, bool),
  },
)

/** DescribeGroupsResponse */
export interface DescribeGroupsResponse {
  /** throttleTimeMs */
  readonly throttleTimeMs: number
  /** groups */
  readonly groups: readonly DescribeGroupsDescribedGroup[]
}

/** DescribeGroupsDescribedGroup */
export interface DescribeGroupsDescribedGroup {
  /** errorCode */
  readonly errorCode: number
  /** errorMessage */
  readonly errorMessage: string | null
  /** groupId */
  readonly groupId: string
  /** groupState */
  readonly groupState: string
  /** protocolType */
  readonly protocolType: string
  /** protocolData */
  readonly protocolData: string
  /** members */
  readonly members: readonly DescribedGroupMember[]
  /** authorizedOperations */
  readonly authorizedOperations: number
}

/** DescribedGroupMember */
export interface DescribedGroupMember {
  /** memberId */
  readonly memberId: string
  /** groupInstanceId */
  readonly groupInstanceId: string | null
  /** clientId */
  readonly clientId: string
  /** clientHost */
  readonly clientHost: string
  /** memberMetadata */
  readonly memberMetadata: Uint8Array
  /** memberAssignment */
  readonly memberAssignment: Uint8Array
}

export const DescribedGroupMember = struct<DescribedGroupMember>('DescribedGroupMember', {
  memberId: string,
  groupInstanceId: since(4, ignorable(withDefault(null, nullable(string)))),
  clientId: string,
  clientHost: string,
  memberMetadata: bytes,
  memberAssignment: bytes,
})

export const DescribeGroupsDescribedGroup = struct<DescribeGroupsDescribedGroup>(
  'DescribeGroupsDescribedGroup',
  {
    errorCode: int16,
    errorMessage: since(6, withDefault(null, nullable(string))),
    groupId: string,
    groupState: string,
    protocolType: string,
    protocolData: string,
    members: array(DescribedGroupMember),
    authorizedOperations: since(3, withDefault(-(2 ** 31), int32)),
  },
)

export const DescribeGroupsResponse = message<DescribeGroupsResponse>(
  'DescribeGroupsResponse',
  { versions: [0, 6], flexibleSince: 5 },
  {
    throttleTimeMs: since(1, ignorable(int32)),
    groups: array(DescribeGroupsDescribedGroup),
  },
)

export const DescribeGroups: Api<DescribeGroupsRequest, DescribeGroupsResponse> = {
  key: 15,
  name: 'DescribeGroups',
  request: DescribeGroupsRequest,
  response: DescribeGroupsResponse,
}
