/**
 * SyncGroup (API key 14).
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
} from '../schema.ts'

/** SyncGroupRequest */
export interface SyncGroupRequest {
  /** groupId */
  readonly groupId: string
  /** generationId */
  readonly generationId: number
  /** memberId */
  readonly memberId: string
  /** groupInstanceId */
  readonly groupInstanceId: string | null
  /** protocolType */
  readonly protocolType: string | null
  /** protocolName */
  readonly protocolName: string | null
  /** assignments */
  readonly assignments: readonly SyncGroupRequestAssignment[]
}

/** SyncGroupRequestAssignment */
export interface SyncGroupRequestAssignment {
  /** memberId */
  readonly memberId: string
  /** assignment */
  readonly assignment: Uint8Array
}

export const SyncGroupRequestAssignment = struct<SyncGroupRequestAssignment>('SyncGroupRequestAssignment', {
  memberId: string,
  assignment: bytes,
})

export const SyncGroupRequest = message<SyncGroupRequest>(
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

/** SyncGroupResponse */
export interface SyncGroupResponse {
  /** throttleTimeMs */
  readonly throttleTimeMs: number
  /** errorCode */
  readonly errorCode: number
  /** protocolType */
  readonly protocolType: string | null
  /** protocolName */
  readonly protocolName: string | null
  /** assignment */
  readonly assignment: Uint8Array
}

export const SyncGroupResponse = message<SyncGroupResponse>(
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
