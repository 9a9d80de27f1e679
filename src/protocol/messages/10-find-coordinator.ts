/**
 * FindCoordinator (API key 10): tells which broker coordinates a group or a transactional id. Sent to any
 * broker.
 *
 * Versions up to 3 ask for one key, later ones for several at once.
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
  type MessageType,
  type StructType,
} from '../schema.ts'

/** The request of FindCoordinator. */
export interface FindCoordinatorRequest {
  /** The group id or transactional id. */
  readonly key: string
  /** What the keys are: 0 groups, 1 transactional ids, 2 share groups. */
  readonly keyType: number
  /** Group ids or transactional ids, several at once. */
  readonly coordinatorKeys: readonly string[]
}

export const FindCoordinatorRequest: MessageType<FindCoordinatorRequest> = message<FindCoordinatorRequest>(
  'FindCoordinatorRequest',
  { versions: [0, 6], flexibleSince: 3 },
  {
    key: between(0, 3, string),
    keyType: since(1, int8),
    coordinatorKeys: since(4, array(string)),
  },
)

/** The response of FindCoordinator. */
export interface FindCoordinatorResponse {
  /** How long the client is to hold back because of a quota, in milliseconds; 0 for not at all. */
  readonly throttleTimeMs: number
  /** Error code of the request as a whole; 0 for none. */
  readonly errorCode: number
  /** What went wrong, for people; null if nothing did. */
  readonly errorMessage: string | null
  /** The broker that coordinates the key. */
  readonly nodeId: number
  /** The host name to connect to. */
  readonly host: string
  /** The port to connect to. */
  readonly port: number
  /** An answer for each key. */
  readonly coordinators: readonly Coordinator[]
}

/** The coordinator of one key. */
export interface Coordinator {
  /** The group id or transactional id. */
  readonly key: string
  /** The broker that coordinates the key. */
  readonly nodeId: number
  /** The host name to connect to. */
  readonly host: string
  /** The port to connect to. */
  readonly port: number
  /** Error code of this key; 0 for none. */
  readonly errorCode: number
  /** What went wrong, for people; null if nothing did. */
  readonly errorMessage: string | null
}

export const Coordinator: StructType<Coordinator> = struct<Coordinator>('Coordinator', {
  key: string,
  nodeId: int32,
  host: string,
  port: int32,
  errorCode: int16,
  errorMessage: ignorable(nullable(string)),
})

export const FindCoordinatorResponse: MessageType<FindCoordinatorResponse> = message<FindCoordinatorResponse>(
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
