/**
 * LeaveGroup (API key 13).
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
} from '../schema.ts'

/** LeaveGroupRequest */
export interface LeaveGroupRequest {
  /** groupId */
  readonly groupId: string
  /** memberId */
  readonly memberId: string
  /** members */
  readonly members: readonly MemberIdentity[]
}

/** MemberIdentity */
export interface MemberIdentity {
  /** memberId */
  readonly memberId: string
  /** groupInstanceId */
  readonly groupInstanceId: string | null
  /** reason */
  readonly reason: string | null
}

export const MemberIdentity = struct<MemberIdentity>('MemberIdentity', {
  memberId: string,
  groupInstanceId: withDefault(null, nullable(string)),
  reason: since(5, ignorable(withDefault(null, nullable(string)))),
})

export const LeaveGroupRequest = message<LeaveGroupRequest>(
  'LeaveGroupRequest',
  { versions: [0, 5], flexibleSince: 4 },
  {
    groupId: string,
    memberId: between(0, 2, string),
    members: since(3, array(MemberIdentity)),
  },
)

/** LeaveGroupResponse */
export interface LeaveGroupResponse {
  /** throttleTimeMs */
  readonly throttleTimeMs: number
  /** errorCode */
  readonly errorCode: number
  /** members */
  readonly members: readonly MemberResponse[]
}

/** MemberResponse */
export interface MemberResponse {
  /** memberId */
  readonly memberId: string
  /** groupInstanceId */
  readonly groupInstanceId: string | null
  /** errorCode */
  readonly errorCode: number
}

export const MemberResponse = struct<MemberResponse>('MemberResponse', {
  memberId: string,
  groupInstanceId: nullable(string),
  errorCode: int16,
})

export const LeaveGroupResponse = message<LeaveGroupResponse>(
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
