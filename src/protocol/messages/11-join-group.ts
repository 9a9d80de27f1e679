/**
 * JoinGroup (API key 11).
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

/** JoinGroupRequest */
export interface JoinGroupRequest {
  /** groupId */
  readonly groupId: string
  /** sessionTimeoutMs */
  readonly sessionTimeoutMs: number
  /** rebalanceTimeoutMs */
  readonly rebalanceTimeoutMs: number
  /** memberId */
  readonly memberId: string
  /** groupInstanceId */
  readonly groupInstanceId: string | null
  /** protocolType */
  readonly protocolType: string
  /** protocols */
  readonly protocols: readonly JoinGroupRequestProtocol[]
  /** reason */
  readonly reason: string | null
}

/** JoinGroupRequestProtocol */
export interface JoinGroupRequestProtocol {
  /** name */
  readonly name: string
  /** metadata */
  readonly metadata: Uint8Array
}

export const JoinGroupRequestProtocol = struct<JoinGroupRequestProtocol>('JoinGroupRequestProtocol', {
  name: string,
  metadata: bytes,
})

export const JoinGroupRequest = message<JoinGroupRequest>(
  'JoinGroupRequest',
  { versions: [0, 9], flexibleSince: 6 },
  {
    groupId: string,
    sessionTimeoutMs: int32,
    rebalanceTimeoutMs: since(1, ignorable(withDefault(-1, int32))),
    memberId: string,
    groupInstanceId: since(5, withDefault(null, nullable(string))),
    protocolType: string,
    protocols: array(JoinGroupRequestProtocol),
    reason: since(8, ignorable(withDefault(null, nullable(string)))),
  },
)

/** JoinGroupResponse */
export interface JoinGroupResponse {
  /** throttleTimeMs */
  readonly throttleTimeMs: number
  /** errorCode */
  readonly errorCode: number
  /** generationId */
  readonly generationId: number
  /** protocolType */
  readonly protocolType: string | null
  /** protocolName */
  readonly protocolName: string | null
  /** leader */
  readonly leader: string
  /** skipAssignment */
  readonly skipAssignment: boolean
  /** memberId */
  readonly memberId: string
  /** members */
  readonly members: readonly JoinGroupResponseMember[]
}

/** JoinGroupResponseMember */
export interface JoinGroupResponseMember {
  /** memberId */
  readonly memberId: string
  /** groupInstanceId */
  readonly groupInstanceId: string | null
  /** metadata */
  readonly metadata: Uint8Array
}

export const JoinGroupResponseMember = struct<JoinGroupResponseMember>('JoinGroupResponseMember', {
  memberId: string,
  groupInstanceId: since(5, ignorable(withDefault(null, nullable(string)))),
  metadata: bytes,
})

export const JoinGroupResponse = message<JoinGroupResponse>(
  'JoinGroupResponse',
  { versions: [0, 9], flexibleSince: 6 },
  {
    throttleTimeMs: since(2, ignorable(int32)),
    errorCode: int16,
    generationId: withDefault(-1, int32),
    protocolType: since(7, ignorable(withDefault(null, nullable(string)))),
    protocolName: nullable(string, 7),
    leader: string,
    skipAssignment: since(9, bool),
    memberId: string,
    members: array(JoinGroupResponseMember),
  },
)

export const JoinGroup: Api<JoinGroupRequest, JoinGroupResponse> = {
  key: 11,
  name: 'JoinGroup',
  request: JoinGroupRequest,
  response: JoinGroupResponse,
}
