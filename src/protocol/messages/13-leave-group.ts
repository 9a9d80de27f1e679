/**
 * LeaveGroup (API key 13): takes members out of a classic group at once. Sent to the group coordinator.
 *
 * Versions up to 2 name one member, later ones several; static members may be named by their instance id.
 */
import type { Api } from '../api.ts'
import {
  array,
  between,
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

/** The request of LeaveGroup. */
export interface LeaveGroupRequest {
  /** The id of the group. */
  readonly groupId: string
  /** The id of the member. */
  readonly memberId: string
  /** The members that leave. */
  readonly members: readonly MemberIdentity[]
}

/** A member that leaves. */
export interface MemberIdentity {
  /** The id of the member. */
  readonly memberId: string
  /** The id that a static member gave itself; null from a dynamic one. */
  readonly groupInstanceId: string | null
  /** Why, for the broker's log. */
  readonly reason: string | null
}

export const MemberIdentity: StructType<MemberIdentity> = struct<MemberIdentity>('MemberIdentity', {
  memberId: string,
  groupInstanceId: withDefault(null, nullable(string)),
  reason: since(5, ignorable(withDefault(null, nullable(string)))),
})

export const LeaveGroupRequest: MessageType<LeaveGroupRequest> = message<LeaveGroupRequest>(
  'LeaveGroupRequest',
  { versions: [0, 5], flexibleSince: 4 },
  {
    groupId: string,
    memberId: between(0, 2, string),
    members: since(3, array(MemberIdentity)),
  },
)

/** The response of LeaveGroup. */
export interface LeaveGroupResponse {
  /** How long the client is to hold back because of a quota, in milliseconds; 0 for not at all. */
  readonly throttleTimeMs: number
  /** Error code of the request as a whole; 0 for none. */
  readonly errorCode: number
  /** The members. */
  readonly members: readonly MemberResponse[]
}

/** What became of one member. */
export interface MemberResponse {
  /** The id of the member. */
  readonly memberId: string
  /** The id that a static member gave itself; null from a dynamic one. */
  readonly groupInstanceId: string | null
  /** Error code of this member; 0 for none. */
  readonly errorCode: number
}

export const MemberResponse: StructType<MemberResponse> = struct<MemberResponse>('MemberResponse', {
  memberId: string,
  groupInstanceId: nullable(string),
  errorCode: int16,
})

export const LeaveGroupResponse: MessageType<LeaveGroupResponse> = message<LeaveGroupResponse>(
  'LeaveGroupResponse',
  { versions: [0, 5], flexibleSince: 4 },
  {
    throttleTimeMs: since(1, ignorable(int32)),
    errorCode: int16,
    members: since(3, array(MemberResponse)),
  },
)

export const LeaveGroup: Api<LeaveGroupRequest, LeaveGroupResponse> = {
  key: 13,
  name: 'LeaveGroup',
  request: LeaveGroupRequest,
  response: LeaveGroupResponse,
}
