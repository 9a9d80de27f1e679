/**
 * DescribeQuorum (key 55): the state of the metadata quorum.
 *
 * Behaviour. The broker is its own controller: the quorum of `__cluster_metadata`-0 is itself, leading and caught up, with the
 * end of its own log of metadata. Of anything else there is no quorum (UNKNOWN_TOPIC_OR_PARTITION).
 *
 * Version notes. 1: times. 2: messages, nodes and directories.
 */
import { zeroUuid } from '../../src/base/uuid.ts'
import { kafkaErrors } from '../../src/protocol/errors.ts'
import {
  DescribeQuorum,
  type DescribeQuorumRequest,
  type DescribeQuorumResponse,
  type DescribeQuorumResponsePartition,
} from '../../src/protocol/messages/55-describe-quorum.ts'
import { metadataLogName } from '../metadata/topic-name.ts'
import { apiHandler, type BrokerContext, type RequestContext, type ApiHandler } from './handler.ts'

/** What Kafka calls its log of metadata. */
const quorumTopic = '__cluster_metadata'

export const describeQuorum: ApiHandler<DescribeQuorumRequest, DescribeQuorumResponse> = apiHandler(
  DescribeQuorum,
  {
    versions: [0, 2],
    handle,
    refuse: (_request, errorCode, errorMessage) => ({ errorCode, errorMessage, topics: [], nodes: [] }),
  },
)

function handle(
  broker: BrokerContext,
  { request, advertised }: RequestContext<DescribeQuorumRequest>,
): DescribeQuorumResponse {
  const topics = request.topics.map(({ topicName, partitions }) => ({
    topicName,
    partitions: partitions.map(({ partitionIndex }) =>
      topicName === quorumTopic && partitionIndex === 0 ? ownQuorum(broker) : noQuorum(partitionIndex),
    ),
  }))
  const listeners = [{ name: 'CONTROLLER', host: advertised.host, port: advertised.port }]
  const nodes = [{ nodeId: broker.identity.nodeId, listeners }]
  return { errorCode: 0, errorMessage: null, topics, nodes }
}

function ownQuorum({ identity: { nodeId }, logs, clock }: BrokerContext): DescribeQuorumResponsePartition {
  const log = logs.get(metadataLogName, 0)
  const logEndOffset = log?.logEndOffset ?? 0
  const now = clock.now()
  const self = {
    replicaId: nodeId,
    replicaDirectoryId: zeroUuid,
    logEndOffset,
    lastFetchTimestamp: now,
    lastCaughtUpTimestamp: now,
  }
  return {
    partitionIndex: 0,
    errorCode: 0,
    errorMessage: null,
    leaderId: nodeId,
    leaderEpoch: log?.leaderEpoch ?? 0,
    highWatermark: logEndOffset,
    currentVoters: [self],
    observers: [],
  }
}

function noQuorum(partitionIndex: number): DescribeQuorumResponsePartition {
  return {
    partitionIndex,
    errorCode: kafkaErrors.UNKNOWN_TOPIC_OR_PARTITION.code,
    errorMessage: null,
    leaderId: -1,
    leaderEpoch: 0,
    highWatermark: -1,
    currentVoters: [],
    observers: [],
  }
}
