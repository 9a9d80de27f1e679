/**
 * DescribeCluster (API key 60): tells the brokers and the controller of a cluster. Sent to any broker.
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
  type MessageType,
  type StructType,
} from '../schema.ts'

/** The request of DescribeCluster. */
export interface DescribeClusterRequest {
  /** Whether the answer shall say what the caller may do to the cluster. */
  readonly includeClusterAuthorizedOperations: boolean
  /** 1 for brokers, 2 for controllers. */
  readonly endpointType: number
  /** Whether brokers that are fenced off shall be listed too. */
  readonly includeFencedBrokers: boolean
}

export const DescribeClusterRequest: MessageType<DescribeClusterRequest> = message<DescribeClusterRequest>(
  'DescribeClusterRequest',
  { versions: [0, 2], flexibleSince: 0 },
  {
    includeClusterAuthorizedOperations: bool,
    endpointType: since(1, withDefault(1, int8)),
    includeFencedBrokers: since(2, bool),
  },
)

/** The response of DescribeCluster. */
export interface DescribeClusterResponse {
  /** How long the client is to hold back because of a quota, in milliseconds; 0 for not at all. */
  readonly throttleTimeMs: number
  /** Error code of the request as a whole; 0 for none. */
  readonly errorCode: number
  /** What went wrong, for people; null if nothing did. */
  readonly errorMessage: string | null
  /** 1 for brokers, 2 for controllers. */
  readonly endpointType: number
  /** The cluster that the broker belongs to. */
  readonly clusterId: string
  /** The broker that administrative requests go to; -1 if unknown. */
  readonly controllerId: number
  /** The brokers that are alive. */
  readonly brokers: readonly DescribeClusterBroker[]
  /** Bit set of what the caller may do to the cluster; -2^31 if that was not asked for. */
  readonly clusterAuthorizedOperations: number
}

/** A broker. */
export interface DescribeClusterBroker {
  /** The id of the broker. */
  readonly brokerId: number
  /** The host name to connect to. */
  readonly host: string
  /** The port to connect to. */
  readonly port: number
  /** The rack of the broker; null if it has none. */
  readonly rack: string | null
  /** Whether the broker is fenced off. */
  readonly isFenced: boolean
}

export const DescribeClusterBroker: StructType<DescribeClusterBroker> = struct<DescribeClusterBroker>(
  'DescribeClusterBroker',
  {
    brokerId: int32,
    host: string,
    port: int32,
    rack: withDefault(null, nullable(string)),
    isFenced: since(2, bool),
  },
)

export const DescribeClusterResponse: MessageType<DescribeClusterResponse> = message<DescribeClusterResponse>(
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
