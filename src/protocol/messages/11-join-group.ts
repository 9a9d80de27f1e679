/**
 * JoinGroup (API key 11): makes a member take part in the next generation of a classic group. Sent to the
 * coordinator.
 *
 * Answered once all members have joined or their time is over, so it may take as long as the rebalance
 * timeout. From version 4 a new member is first given its id, with MEMBER_ID_REQUIRED. Version 5 brings
 * static members.
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

/** The request of JoinGroup. */
export interface JoinGroupRequest {
  /** The id of the group. */
  readonly groupId: string
  /** After how many milliseconds without a heartbeat the member counts as dead. */
  readonly sessionTimeoutMs: number
  /** How long the others wait for this member to join again, in milliseconds; -1 for the session timeout. */
  readonly rebalanceTimeoutMs: number
  /** The id that the coordinator gave the member; empty on the first attempt. */
  readonly memberId: string
  /** The id that a static member gave itself; null from a dynamic one. */
  readonly groupInstanceId: string | null
  /** What kind of group it is; `consumer` for consumers. */
  readonly protocolType: string
  /** What the member can do, best first. */
  readonly protocols: readonly JoinGroupRequestProtocol[]
  /** Why, for the broker's log. */
  readonly reason: string | null
}

/** A protocol that the member can use. */
export interface JoinGroupRequestProtocol {
  /** The name of the protocol; for consumers that of an assignor. */
  readonly name: string
  /** What the member tells the leader for this protocol. */
  readonly metadata: Uint8Array
}

export const JoinGroupRequestProtocol: StructType<JoinGroupRequestProtocol> =
  struct<JoinGroupRequestProtocol>('JoinGroupRequestProtocol', {
    name: string,
    metadata: bytes,
  })

export const JoinGroupRequest: MessageType<JoinGroupRequest> = message<JoinGroupRequest>(
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

/** The response of JoinGroup. */
export interface JoinGroupResponse {
  /** How long the client is to hold back because of a quota, in milliseconds; 0 for not at all. */
  readonly throttleTimeMs: number
  /** Error code of the request as a whole; 0 for none. */
  readonly errorCode: number
  /** The generation that begins. */
  readonly generationId: number
  /** What kind of group it is; `consumer` for consumers. */
  readonly protocolType: string | null
  /** The protocol that the members agreed on; for consumers the assignor. */
  readonly protocolName: string | null
  /** The member id of the leader, who computes the assignment. */
  readonly leader: string
  /** Whether the leader need not compute an assignment, because nothing changed. */
  readonly skipAssignment: boolean
  /** The id of the member; with MEMBER_ID_REQUIRED the one to join again with. */
  readonly memberId: string
  /** All members and their metadata; empty unless this member leads. */
  readonly members: readonly JoinGroupResponseMember[]
}

/** A member, as the leader needs to know it. */
export interface JoinGroupResponseMember {
  /** The id of the member. */
  readonly memberId: string
  /** The id that a static member gave itself; null from a dynamic one. */
  readonly groupInstanceId: string | null
  /** What the member tells the leader for the protocol chosen. */
  readonly metadata: Uint8Array
}

export const JoinGroupResponseMember: StructType<JoinGroupResponseMember> = struct<JoinGroupResponseMember>(
  'JoinGroupResponseMember',
  {
    memberId: string,
    groupInstanceId: since(5, ignorable(withDefault(null, nullable(string)))),
    metadata: bytes,
  },
)

export const JoinGroupResponse: MessageType<JoinGroupResponse> = message<JoinGroupResponse>(
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
