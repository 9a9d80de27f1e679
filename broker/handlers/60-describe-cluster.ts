/**
 * DescribeCluster (key 60): the cluster's id, controller and brokers; here one broker, which is all of them.
 *
 * Version notes. 1: the endpoint type; only brokers (1) are listed here, controllers (2) are refused, as a broker
 * listener of Kafka does. 2: fenced brokers may be asked for; there are none.
 */
import { kafkaErrors } from '../../src/protocol/errors.ts'
import {
  DescribeCluster,
  type DescribeClusterRequest,
  type DescribeClusterResponse,
} from '../../src/protocol/messages/60-describe-cluster.ts'
import { clusterBits, operationsNotAsked } from './authorize.ts'
import { apiHandler, type BrokerContext, type RequestContext, type ApiHandler } from './handler.ts'

const brokerEndpoint = 1
const controllerEndpoint = 2

const empty: DescribeClusterResponse = {
  throttleTimeMs: 0,
  errorCode: 0,
  errorMessage: null,
  endpointType: brokerEndpoint,
  clusterId: '',
  controllerId: -1,
  brokers: [],
  clusterAuthorizedOperations: operationsNotAsked,
}

export const describeCluster: ApiHandler<DescribeClusterRequest, DescribeClusterResponse> = apiHandler(
  DescribeCluster,
  {
    versions: [0, 2],
    handle,
    refuse: (_request, errorCode, errorMessage) => ({ ...empty, errorCode, errorMessage }),
  },
)

function handle(
  broker: BrokerContext,
  context: RequestContext<DescribeClusterRequest>,
): DescribeClusterResponse {
  const { request } = context
  const { host, port } = context.advertised
  if (request.endpointType !== brokerEndpoint) {
    const errorMessage = `Unsupported endpoint type ${request.endpointType}: this is a broker's endpoint`
    const { MISMATCHED_ENDPOINT_TYPE, UNSUPPORTED_ENDPOINT_TYPE } = kafkaErrors
    const isKnown = request.endpointType === controllerEndpoint
    const { code } = isKnown ? MISMATCHED_ENDPOINT_TYPE : UNSUPPORTED_ENDPOINT_TYPE
    return { ...empty, errorCode: code, errorMessage }
  }
  const { clusterId, nodeId } = broker.identity
  return {
    ...empty,
    clusterId,
    controllerId: nodeId,
    brokers: [{ brokerId: nodeId, host, port, rack: null, isFenced: false }],
    clusterAuthorizedOperations: clusterBits(broker, context, request.includeClusterAuthorizedOperations),
  }
}
