/**
 * SyncGroup (API key 14): brings the leader's assignment to every member of a classic group. Sent to the
 * coordinator.
 *
 * The leader sends all assignments, the others none; the answer waits for the leader.
 */
import type { Api } from '../api.ts'
import {
  array,
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

/** The request of SyncGroup. */
export interface SyncGroupRequest {
  /** The id of the group. */
  readonly groupId: string
  /** The generation of the group that the member knows. */
  readonly generationId: number
  /** The id of the member. */
  readonly memberId: string
  /** The id that a static member gave itself; null from a dynamic one. */
  readonly groupInstanceId: string | null
  /** What kind of group it is; `consumer` for consumers. */
  readonly protocolType: string | null
  /** The protocol that the members agreed on; for consumers the assignor. */
  readonly protocolName: string | null
  /** What each member gets; from the leader only, empty from the others. */
  readonly assignments: readonly SyncGroupRequestAssignment[]
}

/** What one member gets. */
export interface SyncGroupRequestAssignment {
  /** The id of the member. */
  readonly memberId: string
  /** What the leader assigned to it, in the format of the group's protocol. */
  readonly assignment: Uint8Array
}

export const SyncGroupRequestAssignment: StructType<SyncGroupRequestAssignment> =
  struct<SyncGroupRequestAssignment>('SyncGroupRequestAssignment', {
    memberId: string,
    assignment: bytes,
  })

export const SyncGroupRequest: MessageType<SyncGroupRequest> = message<SyncGroupRequest>(
  'SyncGroupRequest',
  { versions: [0, 5], flexibleSince: 4 },
  {
    groupId: string,
    generationId: int32,
    memberId: string,
    groupInstanceId: since(3, withDefault(null, nullable(string))),
    protocolType: since(5, ignorable(withDefault(null, nullable(string)))),
    protocolName: since(5, ignorable(withDefault(null, nullable(string)))),
    assignments: array(SyncGroupRequestAssignment),
  },
)

/** The response of SyncGroup. */
export interface SyncGroupResponse {
  /** How long the client is to hold back because of a quota, in milliseconds; 0 for not at all. */
  readonly throttleTimeMs: number
  /** Error code of the request as a whole; 0 for none. */
  readonly errorCode: number
  /** What kind of group it is; `consumer` for consumers. */
  readonly protocolType: string | null
  /** The protocol that the members agreed on; for consumers the assignor. */
  readonly protocolName: string | null
  /** What the leader assigned to the member, in the format of the group's protocol. */
  readonly assignment: Uint8Array
}

export const SyncGroupResponse: MessageType<SyncGroupResponse> = message<SyncGroupResponse>(
  'SyncGroupResponse',
  { versions: [0, 5], flexibleSince: 4 },
  {
    throttleTimeMs: since(1, ignorable(int32)),
    errorCode: int16,
    protocolType: since(5, ignorable(withDefault(null, nullable(string)))),
    protocolName: since(5, ignorable(withDefault(null, nullable(string)))),
    assignment: bytes,
  },
)

export const SyncGroup: Api<SyncGroupRequest, SyncGroupResponse> = {
  key: 14,
  name: 'SyncGroup',
  request: SyncGroupRequest,
  response: SyncGroupResponse,
}
