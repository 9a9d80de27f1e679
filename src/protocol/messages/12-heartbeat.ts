/**
 * Heartbeat (API key 12): keeps a member of a classic group alive, and tells it of a rebalance. Sent to the
 * coordinator.
 */
import type { Api } from '../api.ts'
import {
  ignorable,
  int16,
  int32,
  message,
  nullable,
  since,
  string,
  withDefault,
  type MessageType,
} from '../schema.ts'

/** The request of Heartbeat. */
export interface HeartbeatRequest {
  /** The id of the group. */
  readonly groupId: string
  /** The generation of the group that the member knows. */
  readonly generationId: number
  /** The id of the member. */
  readonly memberId: string
  /** The id that a static member gave itself; null from a dynamic one. */
  readonly groupInstanceId: string | null
}

export const HeartbeatRequest: MessageType<HeartbeatRequest> = message<HeartbeatRequest>(
  'HeartbeatRequest',
  { versions: [0, 4], flexibleSince: 4 },
  {
    groupId: string,
    generationId: int32,
    memberId: string,
    groupInstanceId: since(3, withDefault(null, nullable(string))),
  },
)

/** The response of Heartbeat. */
export interface HeartbeatResponse {
  /** How long the client is to hold back because of a quota, in milliseconds; 0 for not at all. */
  readonly throttleTimeMs: number
  /** Error code of the request as a whole; 0 for none. */
  readonly errorCode: number
}

export const HeartbeatResponse: MessageType<HeartbeatResponse> = message<HeartbeatResponse>(
  'HeartbeatResponse',
  { versions: [0, 4], flexibleSince: 4 },
  {
    throttleTimeMs: since(1, ignorable(int32)),
    errorCode: int16,
  },
)

export const Heartbeat: Api<HeartbeatRequest, HeartbeatResponse> = {
  key: 12,
  name: 'Heartbeat',
  request: HeartbeatRequest,
  response: HeartbeatResponse,
}
