/**
 * Heartbeat (API key 12).
 */
import type { Api } from '../api.ts'
import { ignorable, int16, int32, message, nullable, since, string, withDefault } from '../schema.ts'

/** HeartbeatRequest */
export interface HeartbeatRequest {
  /** groupId */
  readonly groupId: string
  /** generationId */
  readonly generationId: number
  /** memberId */
  readonly memberId: string
  /** groupInstanceId */
  readonly groupInstanceId: string | null
}

export const HeartbeatRequest = message<HeartbeatRequest>(
  'HeartbeatRequest',
  { versions: [0, 4], flexibleSince: 4 },
  {
    groupId: string,
    generationId: int32,
    memberId: string,
    groupInstanceId: since(3, withDefault(null, nullable(string))),
  },
)

/** HeartbeatResponse */
export interface HeartbeatResponse {
  /** throttleTimeMs */
  readonly throttleTimeMs: number
  /** errorCode */
  readonly errorCode: number
}

export const HeartbeatResponse = message<HeartbeatResponse>(
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
