/**
 * FindCoordinator (API key 10).
 */
import type { Api } from '../api.ts'
import {
  array,
  between,
  ignorable,
  int16,
  int32,
  int8,
  message,
  nullable,
  since,
  string,
  struct,
} from '../schema.ts'

/** FindCoordinatorRequest */
export interface FindCoordinatorRequest {
  /** key */
  readonly key: string
  /** keyType */
  readonly keyType: number
  /** coordinatorKeys */
  readonly coordinatorKeys: readonly string[]
}

export const FindCoordinatorRequest = message<FindCoordinatorRequest>(
  'FindCoordinatorRequest',
  { versions: [0, 6], flexibleSince: 3 },
  {
    key: between(0, 3, string),
    keyType: since(1, int8),
    coordinatorKeys: since(4, array(string)),
  },
)

/** FindCoordinatorResponse */
export interface FindCoordinatorResponse {
  /** throttleTimeMs */
  readonly throttleTimeMs: number
  /** errorCode */
  readonly errorCode: number
  /** errorMessage */
  readonly errorMessage: string | null
  /** nodeId */
  readonly nodeId: number
  /** host */
  readonly host: string
  /** port */
  readonly port: number
  /** coordinators */
  readonly coordinators: readonly Coordinator[]
}

/** Coordinator */
export interface Coordinator {
  /** key */
  readonly key: string
  /** nodeId */
  readonly nodeId: number
  /** host */
  readonly host: string
  /** port */
  readonly port: number
  /** errorCode */
  readonly errorCode: number
  /** errorMessage */
  readonly errorMessage: string | null
}

export const Coordinator = struct<Coordinator>('Coordinator', {
  key: string,
  nodeId: int32,
  host: string,
  port: int32,
  errorCode: int16,
  errorMessage: ignorable(nullable(string)),
})

export const FindCoordinatorResponse = message<FindCoordinatorResponse>(
  'FindCoordinatorResponse',
  { versions: [0, 6], flexibleSince: 3 },
  {
    throttleTimeMs: since(1, ignorable(int32)),
    errorCode: between(0, 3, int16),
    errorMessage: between(1, 3, ignorable(nullable(string))),
    nodeId: between(0, 3, int32),
    host: between(0, 3, string),
    port: between(0, 3, int32),
    coordinators: since(4, array(Coordinator)),
  },
)

export const FindCoordinator: Api<FindCoordinatorRequest, FindCoordinatorResponse> = {
  key: 10,
  name: 'FindCoordinator',
  request: FindCoordinatorRequest,
  response: FindCoordinatorResponse,
}
