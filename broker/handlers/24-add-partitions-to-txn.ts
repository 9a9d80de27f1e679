/**
 * AddPartitionsToTxn (key 24): says which partitions a transaction is about to write to.
 *
 * Behaviour. All partitions of a transaction are added or none: if one does not exist it is told so, the others are
 * OPERATION_NOT_ATTEMPTED. With `verifyOnly` nothing is added, and each partition that is not in the open transaction is
 * TRANSACTION_ABORTABLE. The broker's own topics are not a client's to write to; another broker may add `__consumer_offsets`.
 * (Apache Kafka lets it add `__transaction_state` too, into which no transaction writes, and cannot read that any more once
 * there is a marker in it.)
 *
 * Version notes. 0 to 3: one transaction, from a client. 4: several, from brokers. 2: PRODUCER_FENCED.
 */
import { kafkaErrors } from '../../src/protocol/errors.ts'
import {
  AddPartitionsToTxn,
  type AddPartitionsToTxnRequest,
  type AddPartitionsToTxnResponse,
  type AddPartitionsToTxnTopic,
  type AddPartitionsToTxnTopicResult,
  type AddPartitionsToTxnTransaction,
} from '../../src/protocol/messages/24-add-partitions-to-txn.ts'
import { transactionsTopic } from '../coordinator/internal-topic.ts'
import { onePartition, type ClientVersion } from '../coordinator/transaction/transaction.ts'
import { demand, may } from './authorize.ts'
import { fencedCode } from './fenced-code.ts'
import { apiHandler, type BrokerContext, type RequestContext, type ApiHandler } from './handler.ts'
import { eachInSteps, expected, settled, sliced } from './sliced.ts'

const fencedSince = 2
const batchedSince = 4

export const addPartitionsToTxn: ApiHandler<AddPartitionsToTxnRequest, AddPartitionsToTxnResponse> =
  apiHandler(AddPartitionsToTxn, {
    versions: [0, 5],
    handle,
    refuse: ({ transactions, v3AndBelowTopics }, errorCode) => ({
      throttleTimeMs: 0,
      errorCode,
      resultsByTransaction: transactions.map(({ transactionalId, topics }) => ({
        transactionalId,
        topicResults: results(topics, () => errorCode),
      })),
      resultsByTopicV3AndBelow: results(v3AndBelowTopics, () => errorCode),
    }),
  })

type TopicResults = readonly AddPartitionsToTxnTopicResult[]

function handle(
  broker: BrokerContext,
  context: RequestContext<AddPartitionsToTxnRequest>,
): Promise<AddPartitionsToTxnResponse> | AddPartitionsToTxnResponse {
  const { request, version } = context
  if (version < batchedSince) {
    demand(broker, context, 'WRITE', 'TRANSACTIONAL_ID', request.v3AndBelowTransactionalId)
    const transaction: AddPartitionsToTxnTransaction = {
      transactionalId: request.v3AndBelowTransactionalId,
      producerId: request.v3AndBelowProducerId,
      producerEpoch: request.v3AndBelowProducerEpoch,
      verifyOnly: false,
      topics: request.v3AndBelowTopics,
    }
    const topicResults = add(broker, context, transaction)
    return topicResults instanceof Promise ? topicResults.then(respondOne) : respondOne(topicResults)
  }
  // From here on it is what brokers ask of each other.
  demand(broker, context, 'CLUSTER_ACTION', 'CLUSTER')
  return respondAll(request.transactions, sliced(broker, handleAll(broker, context)))
}

/** Partitions are added in one step, all or none. */
function* handleAll(
  broker: BrokerContext,
  context: RequestContext<AddPartitionsToTxnRequest>,
): Generator<void, readonly (TopicResults | Promise<TopicResults>)[], void> {
  const all: (TopicResults | Promise<TopicResults>)[] = []
  for (const transaction of context.request.transactions) {
    const { verifyOnly } = transaction
    all.push(verifyOnly ? yield* verify(broker, transaction) : expected(add(broker, context, transaction)))
    yield
  }
  return all
}

function respondOne(resultsByTopicV3AndBelow: TopicResults): AddPartitionsToTxnResponse {
  return { throttleTimeMs: 0, errorCode: 0, resultsByTransaction: [], resultsByTopicV3AndBelow }
}

async function respondAll(
  transactions: readonly AddPartitionsToTxnTransaction[],
  all:
    | readonly (TopicResults | Promise<TopicResults>)[]
    | Promise<readonly (TopicResults | Promise<TopicResults>)[]>,
): Promise<AddPartitionsToTxnResponse> {
  const results = await settled(await all)
  const resultsByTransaction = transactions.map(({ transactionalId }, index) => ({
    transactionalId,
    topicResults: results[index]!,
  }))
  return { throttleTimeMs: 0, errorCode: 0, resultsByTransaction, resultsByTopicV3AndBelow: [] }
}

function add(
  broker: BrokerContext,
  context: RequestContext<AddPartitionsToTxnRequest>,
  transaction: AddPartitionsToTxnTransaction,
): TopicResults | Promise<TopicResults> {
  const { transactions, topics } = broker
  const { version } = context
  const { TOPIC_AUTHORIZATION_FAILED } = kafkaErrors
  const isFromBroker = version >= batchedSince
  const isAllowed = (name: string) => {
    if (isFromBroker) return name !== transactionsTopic
    return topics.get(name)?.internal !== true && may(broker, context, 'WRITE', 'TOPIC', name)
  }
  const faults = faultsOf(broker, transaction, name =>
    isAllowed(name) ? 0 : TOPIC_AUTHORIZATION_FAILED.code,
  )
  if (faults !== undefined) return faults
  const clientVersion: ClientVersion = isFromBroker ? 2 : 0
  const partitions = new Map<string, Set<number>>()
  for (const each of transaction.topics) {
    // A topic may be there more than once.
    const ofTopic = partitions.get(each.name) ?? new Set()
    for (const partition of each.partitions) ofTopic.add(partition)
    partitions.set(each.name, ofTopic)
  }
  const respond = (code: number) => results(transaction.topics, () => fencedCode(code, version, fencedSince))
  const code = transactions.add({ ...transaction, partitions, clientVersion })
  return code instanceof Promise ? code.then(respond) : respond(code)
}

function* verify(
  broker: BrokerContext,
  transaction: AddPartitionsToTxnTransaction,
): Generator<void, TopicResults, void> {
  const faults = faultsOf(broker, transaction, () => 0)
  if (faults !== undefined) return faults
  const verified: AddPartitionsToTxnTopicResult[] = []
  for (const { name, partitions } of transaction.topics) {
    const resultsByPartition = yield* eachInSteps(partitions, partitionIndex => {
      const asked = { ...transaction, partitions: onePartition(name, partitionIndex) }
      return { partitionIndex, partitionErrorCode: broker.transactions.verify(asked) }
    })
    verified.push({ name, resultsByPartition })
  }
  return verified
}

/** What is told where a partition is refused or not there: then the others are not attempted. */
function faultsOf(
  { topics }: BrokerContext,
  transaction: AddPartitionsToTxnTransaction,
  refusalOf: (topic: string) => number,
): TopicResults | undefined {
  const { UNKNOWN_TOPIC_OR_PARTITION, OPERATION_NOT_ATTEMPTED } = kafkaErrors
  const faultOf = (name: string, partition: number): number => {
    const isThere = topics.log(name, partition) !== undefined
    return refusalOf(name) || (isThere ? 0 : UNKNOWN_TOPIC_OR_PARTITION.code)
  }
  for (const { name, partitions } of transaction.topics) {
    const count = refusalOf(name) === 0 ? (topics.get(name)?.logs.length ?? 0) : 0
    if (partitions.every(partition => partition >= 0 && partition < count)) continue
    return results(
      transaction.topics,
      (each, partition) => faultOf(each, partition) || OPERATION_NOT_ATTEMPTED.code,
    )
  }
  return undefined
}

function results(
  topics: readonly AddPartitionsToTxnTopic[],
  codeOf: (name: string, partition: number) => number,
): TopicResults {
  return topics.map(({ name, partitions }) => ({
    name,
    resultsByPartition: partitions.map(partitionIndex => ({
      partitionIndex,
      partitionErrorCode: codeOf(name, partitionIndex),
    })),
  }))
}
