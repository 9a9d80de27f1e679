/**
 * CreateTopics (key 19): makes topics, or says whether it could (`validateOnly`).
 *
 * Behaviour. Each topic is decided on its own (`metadata/topic-plan.ts` has the rules, in Kafka's order of checks). A name
 * that a request has twice is refused in both places, and all topics where they would have more than 10,000 partitions,
 * or settings, together. A topic is on disk when it is answered. One broker has one replica: a higher factor is
 * INVALID_REPLICATION_FACTOR, unless `replication.factor.lenient` is set.
 *
 * Version notes. 4: -1 for the default count and factor; older clients send it all the same (kafkajs at version 3), and
 * Kafka takes it from them. 5: the answer tells the effective configuration. 7: topic ids.
 */
import { randomUuid, zeroUuid } from '../../src/base/uuid.ts'
import { kafkaErrors } from '../../src/protocol/errors.ts'
import {
  CreateTopics,
  type CreatableTopic,
  type CreatableTopicResult,
  type CreateTopicsRequest,
  type CreateTopicsResponse,
} from '../../src/protocol/messages/19-create-topics.ts'
import type { BrokerConfig } from '../config.ts'
import { describeTopicConfigs } from '../metadata/described-config.ts'
import { partitionCountMax, planTopic, type TopicPlan } from '../metadata/topic-plan.ts'
import type { MutationQuota } from '../security/quotas.ts'
import { may, refusalOf } from './authorize.ts'
import { changeCountMax } from './altered-resources.ts'
import { duplicatesInSteps } from './duplicates.ts'
import { durably } from './durably.ts'
import { failureOf } from './failure.ts'
import { apiHandler, type BrokerContext, type RequestContext, type ApiHandler } from './handler.ts'
import { sliced } from './sliced.ts'

/** Older clients are made to wait instead (KIP-599). */
const refusesOverQuotaSince = 6

export const createTopics: ApiHandler<CreateTopicsRequest, CreateTopicsResponse> = apiHandler(CreateTopics, {
  versions: [2, 7],
  handle,
  refuse: ({ topics }, errorCode, message) => ({
    throttleTimeMs: 0,
    topics: topics.map(({ name }) => refused(name, errorCode, message)),
  }),
})

function handle(
  broker: BrokerContext,
  context: RequestContext<CreateTopicsRequest>,
): CreateTopicsResponse | Promise<CreateTopicsResponse> {
  return durably(broker, sliced(broker, createAll(broker, context)))
}

function* createAll(
  broker: BrokerContext,
  context: RequestContext<CreateTopicsRequest>,
): Generator<void, CreateTopicsResponse, void> {
  const { request, version } = context
  const mutations = broker.quotas.mutations(context, version >= refusesOverQuotaSince)
  const twice = yield* duplicatesInSteps(request.topics, topic => topic.name)
  const topics: CreatableTopicResult[] = []
  for (const name of twice) {
    topics.push(refused(name, kafkaErrors.INVALID_REQUEST.code, 'Duplicate topic name.'))
  }
  const wishes = request.topics.filter(({ name }) => !twice.has(name) && mayCreate(broker, context, name))
  const settingCount = wishes.reduce((count, { configs }) => count + configs.length, 0)
  const isExcessive = partitionsOf(wishes, broker.config) > partitionCountMax || settingCount > changeCountMax
  for (const wish of request.topics) {
    if (twice.has(wish.name)) continue
    if (isExcessive && mayCreate(broker, context, wish.name)) topics.push(excessive(wish.name))
    else topics.push(yield* create(broker, context, wish, mutations))
    yield
  }
  return { throttleTimeMs: mutations.throttleMs(), topics }
}

function* create(
  broker: BrokerContext,
  context: RequestContext<CreateTopicsRequest>,
  wish: CreatableTopic,
  mutations: MutationQuota,
): Generator<void, CreatableTopicResult, void> {
  const { name, numPartitions, replicationFactor, assignments, configs } = wish
  if (!mayCreate(broker, context, name)) {
    const { errorCode, errorMessage } = refusalOf(context, 'CREATE', 'TOPIC', name)
    return refused(name, errorCode, errorMessage)
  }
  const plan = planTopic(
    { name, partitionCount: numPartitions, replicationFactor, assignments, configs },
    broker.topics,
    broker.config,
  )
  if ('errorCode' in plan) return refused(name, plan.errorCode, plan.errorMessage)
  try {
    mutations.take(plan.partitionCount)
    if (context.request.validateOnly) return created(broker, context, plan, randomUuid(broker.random))
    const topic = yield* broker.topics.createInSteps(plan)
    return created(broker, context, plan, topic.id)
  } catch (error) {
    const { errorCode, errorMessage } = failureOf(error)
    return refused(name, errorCode, errorMessage)
  }
}

function mayCreate(
  broker: BrokerContext,
  context: RequestContext<CreateTopicsRequest>,
  topic: string,
): boolean {
  return may(broker, context, 'CREATE', 'CLUSTER') || may(broker, context, 'CREATE', 'TOPIC', topic)
}

/** How many partitions are wished for, whether or not they can be made. */
function partitionsOf(wishes: readonly CreatableTopic[], config: BrokerConfig): number {
  let count = 0
  for (const { numPartitions, assignments } of wishes) {
    if (assignments.length > 0) count += assignments.length
    else count += numPartitions === -1 ? config['num.partitions'] : Math.max(numPartitions, 0)
  }
  return count
}

/** As in Kafka, where one request is one transaction of the controller. Here an answer tells 35 configs of each topic. */
function excessive(name: string): CreatableTopicResult {
  const { code } = kafkaErrors.POLICY_VIOLATION
  return refused(name, code, 'Excessively large number of partitions per request.')
}

function created(
  broker: BrokerContext,
  context: RequestContext<CreateTopicsRequest>,
  plan: TopicPlan,
  topicId: string,
): CreatableTopicResult {
  if (!may(broker, context, 'DESCRIBE_CONFIGS', 'TOPIC', plan.name)) {
    // What it is like is not for this client to know.
    const { code } = kafkaErrors.TOPIC_AUTHORIZATION_FAILED
    return { ...refused(plan.name, 0, null), topicId, topicConfigErrorCode: code, configs: [] }
  }
  return {
    name: plan.name,
    topicId,
    errorCode: 0,
    errorMessage: null,
    topicConfigErrorCode: 0,
    numPartitions: plan.partitionCount,
    replicationFactor: 1,
    configs: describeTopicConfigs(plan.overrides, broker.config).map(({ name, value, source }) => ({
      name,
      // What was asked for is told as it was written, as in Kafka; DescribeConfigs tells what it is read as.
      value: plan.overrides[name] ?? value,
      readOnly: false,
      configSource: source,
      isSensitive: false,
    })),
  }
}

function refused(name: string, errorCode: number, errorMessage: string | null): CreatableTopicResult {
  return {
    name,
    topicId: zeroUuid,
    errorCode,
    errorMessage,
    topicConfigErrorCode: 0,
    numPartitions: -1,
    replicationFactor: -1,
    configs: [],
  }
}
