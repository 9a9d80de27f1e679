/**
 * DescribeCluster (API key 60).
 */
import type { Api } from '../api.ts'
import {
  array,
  bool,
  int16,
  int32,
  int8,
  message,
  nullable,
  since,
  string,
  struct,
  withDefault,
} from '../schema.ts'

/** DescribeClusterRequest */
export interface DescribeClusterRequest {
  /** includeClusterAuthorizedOperations */
  readonly includeClusterAuthorizedOperations: boolean
  /** endpointType */
  readonly endpointType: number
  /** includeFencedBrokers */
  readonly includeFencedBrokers: boolean
}

export const DescribeClusterRequest = message<DescribeClusterRequest>(
  'DescribeClusterRequest',
  { versions: [0, 2], flexibleSince: 0 },
  {
    includeClusterAuthorizedOperations: bool,
    endpointType: since(1, withDefault(1, int8)),
    includeFencedBrokers: since(2, bool),
  },
)

/** DescribeClusterResponse */
export interface DescribeClusterResponse {
  /** throttleTimeMs */
  readonly throttleTimeMs: number
  /** errorCode */
  readonly errorCode: number
  /** errorMessage */
  readonly errorMessage: string | null
  /** endpointType */
  readonly endpointType: number
  /** clusterId */
  readonly clusterId: string
  /** controllerId */
  readonly controllerId: number
  /** brokers */
  readonly brokers: readonly DescribeClusterBroker[]
  /** clusterAuthorizedOperations */
  readonly clusterAuthorizedOperations: number
}

/** DescribeClusterBroker */
export interface DescribeClusterBroker {
  /** brokerId */
  readonly brokerId: number
  /** host */
  readonly host: string
  /** port */
  readonly port: number
  /** rack */
  readonly rack: string | null
  /** isFenced */
  readonly isFenced: boolean
}

export const DescribeClusterBroker = struct<DescribeClusterBroker>('DescribeClusterBroker', {
  brokerId: int32,
  host: string,
  port: int32,
  rack: withDefault(null, nullable(string)),
  isFenced: since(2, bool),
})

export const DescribeClusterResponse = message<DescribeClusterResponse>(
  'DescribeClusterResponse',
  { versions: [0, 2], flexibleSince: 0 },
  {
    throttleTimeMs: int32,
    errorCode: int16,
    errorMessage: withDefault(null, nullable(string)),
    endpointType: since(1, withDefault(1, int8)),
    clusterId: string,
    controllerId: withDefault(-1, int32),
    brokers: array(DescribeClusterBroker),
    clusterAuthorizedOperations: withDefault(-(2 ** 31), int32),
  },
)

export const DescribeCluster: Api<DescribeClusterRequest, DescribeClusterResponse> = {
  key: 60,
  name: 'DescribeCluster',
  request: DescribeClusterRequest,
  response: DescribeClusterResponse,
}
