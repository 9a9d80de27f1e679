/**
 * CreatePartitions (key 37): adds partitions to topics, or says whether it could (`validateOnly`).
 *
 * Behaviour. `count` is the new total; it can only grow. Keys map to other partitions afterwards, which is the caller's
 * to know; for the broker's own topics it would misplace groups and transactions, so there it is refused.
 */
import { kafkaErrors, type KafkaErrorName } from '../../src/protocol/errors.ts'
import {
  CreatePartitions,
  type CreatePartitionsRequest,
  type CreatePartitionsResponse,
  type CreatePartitionsTopic,
  type CreatePartitionsTopicResult,
} from '../../src/protocol/messages/37-create-partitions.ts'
import { assignmentFault, partitionCountMax, roomRefusal } from '../metadata/topic-plan.ts'
import type { MutationQuota } from '../security/quotas.ts'
import { may, refusalOf } from './authorize.ts'
import { duplicatesInSteps } from './duplicates.ts'
import { durably } from './durably.ts'
import { failureOf } from './failure.ts'
import { apiHandler, type BrokerContext, type RequestContext, type ApiHandler } from './handler.ts'
import { sliced } from './sliced.ts'

/** Older clients are made to wait instead (KIP-599). */
const refusesOverQuotaSince = 3

export const createPartitions: ApiHandler<CreatePartitionsRequest, CreatePartitionsResponse> = apiHandler(
  CreatePartitions,
  {
    versions: [0, 3],
    handle,
    refuse: ({ topics }, errorCode, errorMessage) => ({
      throttleTimeMs: 0,
      results: topics.map(({ name }) => ({ name, errorCode, errorMessage })),
    }),
  },
)

function handle(
  broker: BrokerContext,
  context: RequestContext<CreatePartitionsRequest>,
): CreatePartitionsResponse | Promise<CreatePartitionsResponse> {
  return durably(broker, sliced(broker, growAll(broker, context)))
}

function* growAll(
  broker: BrokerContext,
  context: RequestContext<CreatePartitionsRequest>,
): Generator<void, CreatePartitionsResponse, void> {
  const { request } = context
  const mutations = broker.quotas.mutations(context, context.version >= refusesOverQuotaSince)
  const twice = yield* duplicatesInSteps(request.topics, topic => topic.name)
  const results: CreatePartitionsTopicResult[] = []
  for (const name of twice) results.push(refused(name, 'INVALID_REQUEST', 'Duplicate topic name.'))
  for (const wish of request.topics) {
    if (twice.has(wish.name)) continue
    const isAllowed = may(broker, context, 'ALTER', 'TOPIC', wish.name)
    if (isAllowed) results.push(yield* grow(broker, wish, request.validateOnly, mutations))
    else results.push({ name: wish.name, ...refusalOf(context, 'ALTER', 'TOPIC', wish.name) })
    yield
  }
  return { throttleTimeMs: mutations.throttleMs(), results }
}

function* grow(
  broker: BrokerContext,
  { name, count, assignments }: CreatePartitionsTopic,
  validateOnly: boolean,
  mutations: MutationQuota,
): Generator<void, CreatePartitionsTopicResult, void> {
  const topic = broker.topics.get(name)
  if (topic === undefined) return refused(name, 'UNKNOWN_TOPIC_OR_PARTITION', `There is no topic '${name}'.`)
  const current = topic.logs.length
  if (topic.internal) {
    return refused(name, 'INVALID_REQUEST', `The partitions of '${name}' are fixed when it is created.`)
  }
  if (count === current)
    return refused(name, 'INVALID_PARTITIONS', `Topic already has ${current} partition(s).`)
  if (count < current) {
    const why = `The topic ${name} currently has ${current} partition(s); ${count} would not be an increase.`
    return refused(name, 'INVALID_PARTITIONS', why)
  }
  if (count > partitionCountMax) {
    return refused(name, 'INVALID_PARTITIONS', `Number of partitions may not exceed ${partitionCountMax}.`)
  }
  if (assignments !== null) {
    const added = count - current
    if (assignments.length !== added) {
      const why = `Attempted to add ${added} additional partition(s), but ${assignments.length} assignment(s) were specified.`
      return refused(name, 'INVALID_REPLICA_ASSIGNMENT', why)
    }
    const placed = assignments.map(({ brokerIds }, partitionIndex) => ({ partitionIndex, brokerIds }))
    const fault = assignmentFault(placed, broker.identity.nodeId)
    if (fault !== undefined) return refused(name, 'INVALID_REPLICA_ASSIGNMENT', fault)
  }
  const noRoom = roomRefusal(count - current, broker.topics, broker.config)
  if (noRoom !== undefined) return { name, ...noRoom }
  try {
    mutations.take(count - current)
    if (!validateOnly) yield* broker.topics.addPartitions(name, count)
  } catch (error) {
    return { name, ...failureOf(error) }
  }
  return { name, errorCode: 0, errorMessage: null }
}

function refused(name: string, error: KafkaErrorName, errorMessage: string): CreatePartitionsTopicResult {
  return { name, errorCode: kafkaErrors[error].code, errorMessage }
}
