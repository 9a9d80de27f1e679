/**
 * DescribeGroups (API key 15): tells the state and the members of classic groups. Sent to the group
 * coordinator.
 *
 * Up to version 5 a group that does not exist is answered as `Dead`, from version 6 with GROUP_ID_NOT_FOUND.
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
  type MessageType,
  type StructType,
} from '../schema.ts'

/** The request of DescribeGroups. */
export interface DescribeGroupsRequest {
  /** The ids of the groups. */
  readonly groups: readonly string[]
  /** Whether the answer shall say what the caller may do to the groups. */
  readonly includeAuthorizedOperations: boolean
}

export const DescribeGroupsRequest: MessageType<DescribeGroupsRequest> = message<DescribeGroupsRequest>(
  'DescribeGroupsRequest',
  { versions: [0, 6], flexibleSince: 5 },
  {
    groups: array(string),
    includeAuthorizedOperations: since(3, bool),
  },
)

/** The response of DescribeGroups. */
export interface DescribeGroupsResponse {
  /** How long the client is to hold back because of a quota, in milliseconds; 0 for not at all. */
  readonly throttleTimeMs: number
  /** The groups. */
  readonly groups: readonly DescribeGroupsDescribedGroup[]
}

/** A group. */
export interface DescribeGroupsDescribedGroup {
  /** Error code of this group; 0 for none. */
  readonly errorCode: number
  /** What went wrong, for people; null if nothing did. */
  readonly errorMessage: string | null
  /** The id of the group. */
  readonly groupId: string
  /** The state of the group, by name. */
  readonly groupState: string
  /** What kind of group it is; `consumer` for consumers. */
  readonly protocolType: string
  /** The protocol in use; for consumers the assignor. */
  readonly protocolData: string
  /** The members. */
  readonly members: readonly DescribedGroupMember[]
  /** Bit set of what the caller may do to the group; -2^31 if that was not asked for. */
  readonly authorizedOperations: number
}

/** A member of a group. */
export interface DescribedGroupMember {
  /** The id of the member. */
  readonly memberId: string
  /** The id that a static member gave itself; null from a dynamic one. */
  readonly groupInstanceId: string | null
  /** What the member's client calls itself. */
  readonly clientId: string
  /** The address that the member's client connected from. */
  readonly clientHost: string
  /** Its metadata for the protocol in use, as it sent it. */
  readonly memberMetadata: Uint8Array
  /** What the leader assigned to it, in the format of the group's protocol. */
  readonly memberAssignment: Uint8Array
}

export const DescribedGroupMember: StructType<DescribedGroupMember> = struct<DescribedGroupMember>(
  'DescribedGroupMember',
  {
    memberId: string,
    groupInstanceId: since(4, ignorable(withDefault(null, nullable(string)))),
    clientId: string,
    clientHost: string,
    memberMetadata: bytes,
    memberAssignment: bytes,
  },
)

export const DescribeGroupsDescribedGroup: StructType<DescribeGroupsDescribedGroup> =
  struct<DescribeGroupsDescribedGroup>('DescribeGroupsDescribedGroup', {
    errorCode: int16,
    errorMessage: since(6, withDefault(null, nullable(string))),
    groupId: string,
    groupState: string,
    protocolType: string,
    protocolData: string,
    members: array(DescribedGroupMember),
    authorizedOperations: since(3, withDefault(-(2 ** 31), int32)),
  })

export const DescribeGroupsResponse: MessageType<DescribeGroupsResponse> = message<DescribeGroupsResponse>(
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
