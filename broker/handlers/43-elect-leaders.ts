/**
 * ElectLeaders (key 43): lets partitions elect a leader.
 *
 * Behaviour. The one broker leads every partition, so no election is ever needed: asked for all, none is held; asked for
 * some, each is told so, or that it does not exist.
 *
 * Version notes. 1: unclean elections, and an error for the request as a whole.
 */
import { kafkaErrors } from '../../src/protocol/errors.ts'
import {
  ElectLeaders,
  type ElectLeadersRequest,
  type ElectLeadersResponse,
  type ReplicaElectionResult,
} from '../../src/protocol/messages/43-elect-leaders.ts'
import { apiHandler, type BrokerContext, type RequestContext, type ApiHandler } from './handler.ts'
import { eachInSteps, sliced } from './sliced.ts'

const unclean = 1

export const electLeaders: ApiHandler<ElectLeadersRequest, ElectLeadersResponse> = apiHandler(ElectLeaders, {
  versions: [0, 2],
  handle,
  refuse: (_request, errorCode) => ({ throttleTimeMs: 0, errorCode, replicaElectionResults: [] }),
})

function handle(
  broker: BrokerContext,
  { request }: RequestContext<ElectLeadersRequest>,
): ElectLeadersResponse | Promise<ElectLeadersResponse> {
  const { electionType } = request
  if (electionType < 0 || electionType > unclean) return refusedElections(request)
  return sliced(broker, electAll(broker, request))
}

function* electAll(
  { topics }: BrokerContext,
  { topicPartitions }: ElectLeadersRequest,
): Generator<void, ElectLeadersResponse, void> {
  const { ELECTION_NOT_NEEDED, UNKNOWN_TOPIC_OR_PARTITION } = kafkaErrors
  const replicaElectionResults: ReplicaElectionResult[] = []
  for (const { topic, partitions } of topicPartitions ?? []) {
    const partitionResult = yield* eachInSteps(partitions, partitionId => {
      if (topics.log(topic, partitionId) !== undefined) {
        const errorMessage = 'Leader election not needed for topic partition.'
        return { partitionId, errorCode: ELECTION_NOT_NEEDED.code, errorMessage }
      }
      const what =
        topics.get(topic) === undefined ? `topic as ${topic}` : `partition as ${topic}-${partitionId}`
      return { partitionId, errorCode: UNKNOWN_TOPIC_OR_PARTITION.code, errorMessage: `No such ${what}` }
    })
    replicaElectionResults.push({ topic, partitionResult })
    yield
  }
  return { throttleTimeMs: 0, errorCode: 0, replicaElectionResults }
}

function refusedElections({ electionType, topicPartitions }: ElectLeadersRequest): ElectLeadersResponse {
  const errorCode = kafkaErrors.INVALID_REQUEST.code
  const errorMessage = `Unknown election type ${electionType}`
  const replicaElectionResults = (topicPartitions ?? []).map(({ topic, partitions }) => ({
    topic,
    partitionResult: partitions.map(partitionId => ({ partitionId, errorCode, errorMessage })),
  }))
  return { throttleTimeMs: 0, errorCode, replicaElectionResults }
}
