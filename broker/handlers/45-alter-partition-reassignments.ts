/**
 * AlterPartitionReassignments (key 45): moves partitions to other brokers.
 *
 * Behaviour. There is one broker. A partition that is to be where it is, is there; any other place is
 * INVALID_REPLICA_ASSIGNMENT; and a move that is to be stopped is not under way.
 *
 * Version notes. 1: whether the number of replicas may change.
 */
import { kafkaErrors } from '../../src/protocol/errors.ts'
import {
  AlterPartitionReassignments,
  type AlterPartitionReassignmentsRequest,
  type AlterPartitionReassignmentsResponse,
} from '../../src/protocol/messages/45-alter-partition-reassignments.ts'
import { BrokerError } from '../broker-error.ts'
import { failureOf } from './failure.ts'
import { apiHandler, type BrokerContext, type RequestContext, type ApiHandler } from './handler.ts'
import { eachPartitionInSteps } from './each-partition.ts'
import { sliced } from './sliced.ts'

export const alterPartitionReassignments: ApiHandler<
  AlterPartitionReassignmentsRequest,
  AlterPartitionReassignmentsResponse
> = apiHandler(AlterPartitionReassignments, {
  versions: [0, 1],
  handle,
  refuse: ({ allowReplicationFactorChange }, errorCode, errorMessage) => ({
    throttleTimeMs: 0,
    allowReplicationFactorChange,
    errorCode,
    errorMessage,
    responses: [],
  }),
})

function handle(
  broker: BrokerContext,
  { request }: RequestContext<AlterPartitionReassignmentsRequest>,
): AlterPartitionReassignmentsResponse | Promise<AlterPartitionReassignmentsResponse> {
  return sliced(broker, checkAll(broker, request))
}

function* checkAll(
  broker: BrokerContext,
  request: AlterPartitionReassignmentsRequest,
): Generator<void, AlterPartitionReassignmentsResponse, void> {
  const { topics } = request
  const responses = yield* eachPartitionInSteps(topics, ({ name }, { partitionIndex, replicas }) => {
    try {
      check(broker, { topic: name, partition: partitionIndex, replicas })
      return { partitionIndex, errorCode: 0, errorMessage: null }
    } catch (error) {
      return { partitionIndex, ...failureOf(error) }
    }
  })
  const { allowReplicationFactorChange } = request
  return { throttleTimeMs: 0, allowReplicationFactorChange, errorCode: 0, errorMessage: null, responses }
}

function check(
  { topics, identity }: BrokerContext,
  wanted: {
    readonly topic: string
    readonly partition: number
    readonly replicas: readonly number[] | null
  },
): void {
  const { topic, partition, replicas } = wanted
  const { UNKNOWN_TOPIC_OR_PARTITION, NO_REASSIGNMENT_IN_PROGRESS, INVALID_REPLICA_ASSIGNMENT } = kafkaErrors
  if (topics.log(topic, partition) === undefined) {
    const what =
      topics.get(topic) === undefined ? `a topic named ${topic}` : `partition ${topic}:${partition}`
    throw new BrokerError(UNKNOWN_TOPIC_OR_PARTITION.code, `Unable to find ${what}.`)
  }
  if (replicas === null) {
    throw new BrokerError(NO_REASSIGNMENT_IN_PROGRESS.code, 'No partition reassignment is in progress.')
  }
  const assignment = 'The manual partition assignment includes'
  const invalid = (what: string) => new BrokerError(INVALID_REPLICA_ASSIGNMENT.code, `${assignment} ${what}.`)
  if (replicas.length === 0) throw invalid('an empty replica list')
  for (const [index, replica] of replicas.entries()) {
    if (replicas.indexOf(replica) < index) throw invalid(`the broker ${replica} more than once`)
    if (replica !== identity.nodeId) throw invalid(`broker ${replica}, but no such broker is registered`)
  }
}
