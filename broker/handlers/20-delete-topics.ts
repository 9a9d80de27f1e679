/**
 * DeleteTopics (key 20): removes topics by name or id.
 *
 * Behaviour. The topic is gone for every later request when it is answered; its files are renamed away and removed
 * afterwards. A topic of the same name may be made again at once and has another id. The broker's own topics are
 * refused: without them groups and transactions would lose their state while in use.
 *
 * Version notes. 3: TOPIC_DELETION_DISABLED (INVALID_REQUEST before). 5: messages. 6: by id.
 */
import { zeroUuid } from '../../src/base/uuid.ts'
import { kafkaErrors, type KafkaErrorName } from '../../src/protocol/errors.ts'
import {
  DeleteTopics,
  type DeletableTopicResult,
  type DeleteTopicState,
  type DeleteTopicsRequest,
  type DeleteTopicsResponse,
} from '../../src/protocol/messages/20-delete-topics.ts'
import { BrokerError } from '../broker-error.ts'
import type { MutationQuota } from '../security/quotas.ts'
import { may, refusalOf } from './authorize.ts'
import { distinct, duplicatesInSteps } from './duplicates.ts'
import { durably } from './durably.ts'
import { failureOf } from './failure.ts'
import { apiHandler, type BrokerContext, type RequestContext, type ApiHandler } from './handler.ts'
import { sliced } from './sliced.ts'

/** Older clients are made to wait instead (KIP-599). */
const refusesOverQuotaSince = 5

export const deleteTopics: ApiHandler<DeleteTopicsRequest, DeleteTopicsResponse> = apiHandler(DeleteTopics, {
  versions: [1, 6],
  handle,
  refuse: (request, errorCode, errorMessage) => ({
    throttleTimeMs: 0,
    responses: askedFor(request).map(asked => ({ ...asked, errorCode, errorMessage })),
  }),
})

function handle(
  broker: BrokerContext,
  context: RequestContext<DeleteTopicsRequest>,
): DeleteTopicsResponse | Promise<DeleteTopicsResponse> {
  const { version } = context
  if (!broker.config['delete.topic.enable']) {
    const { TOPIC_DELETION_DISABLED, INVALID_REQUEST } = kafkaErrors
    const { code } = version >= 3 ? TOPIC_DELETION_DISABLED : INVALID_REQUEST
    throw new BrokerError(code, 'Topic deletion is disabled (delete.topic.enable).')
  }
  return durably(broker, sliced(broker, removeAll(broker, context)))
}

function* removeAll(
  broker: BrokerContext,
  context: RequestContext<DeleteTopicsRequest>,
): Generator<void, DeleteTopicsResponse, void> {
  const mutations = broker.quotas.mutations(context, context.version >= refusesOverQuotaSince)
  const asked = askedFor(context.request)
  const keyOf = ({ name, topicId }: DeleteTopicState) => name ?? topicId
  const twice = yield* duplicatesInSteps(asked, keyOf)
  const responses: DeletableTopicResult[] = []
  for (const each of distinct(asked, keyOf)) {
    const repeated = twice.has(keyOf(each))
    const why = 'Duplicate topic in the request.'
    responses.push(
      repeated ? refused(each, 'INVALID_REQUEST', why) : yield* remove(broker, context, each, mutations),
    )
    yield
  }
  return { throttleTimeMs: mutations.throttleMs(), responses }
}

function askedFor({ topics, topicNames }: DeleteTopicsRequest): readonly DeleteTopicState[] {
  return topics.length > 0 ? topics : topicNames.map(name => ({ name, topicId: zeroUuid }))
}

function* remove(
  broker: BrokerContext,
  context: RequestContext<DeleteTopicsRequest>,
  asked: DeleteTopicState,
  mutations: MutationQuota,
): Generator<void, DeletableTopicResult, void> {
  const { name, topicId } = asked
  if (name === null && topicId === zeroUuid) {
    return refused(asked, 'INVALID_REQUEST', 'Neither topic name nor id were specified.')
  }
  if (name !== null && topicId !== zeroUuid) {
    return refused(asked, 'INVALID_REQUEST', 'You may not specify both topic name and topic id.')
  }
  const topic = name === null ? broker.topics.byId(topicId) : broker.topics.get(name)
  const known = name ?? topic?.name
  // Whoever may delete of the cluster may delete every topic, as in Kafka.
  const isFree = may(broker, context, 'DELETE', 'CLUSTER') || known === undefined
  if (!isFree && !may(broker, context, 'DELETE', 'TOPIC', known)) {
    // Who may know of a topic is told its name, and that there is none.
    const isDescribed = may(broker, context, 'DESCRIBE', 'TOPIC', known)
    const told = isDescribed ? { ...asked, name: known } : asked
    if (topic !== undefined || !isDescribed) {
      return { ...told, ...refusalOf(context, 'DELETE', 'TOPIC', told.name ?? topicId) }
    }
  }
  if (topic === undefined) {
    if (name === null) return refused(asked, 'UNKNOWN_TOPIC_ID', `There is no topic with id ${topicId}.`)
    return refused(asked, 'UNKNOWN_TOPIC_OR_PARTITION', `There is no topic '${name}'.`)
  }
  if (topic.internal) {
    return refused(
      asked,
      'INVALID_REQUEST',
      `Topic '${topic.name}' belongs to the broker and is in use by it.`,
    )
  }
  try {
    mutations.take(topic.logs.length)
    yield* broker.topics.delete(topic.name)
  } catch (error) {
    return { ...asked, ...failureOf(error) }
  }
  return { name: topic.name, topicId: topic.id, errorCode: 0, errorMessage: null }
}

function refused(asked: DeleteTopicState, name: KafkaErrorName, errorMessage: string): DeletableTopicResult {
  return { ...asked, errorCode: kafkaErrors[name].code, errorMessage }
}
