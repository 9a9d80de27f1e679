/**
 * TxnOffsetCommit (key 28): keeps how far a group has come, if and when a transaction commits.
 *
 * Behaviour. The offsets stay pending until the marker of the transaction comes: then they hold, or are forgotten
 * (`coordinator/group/offset-store.ts`). The partition of `__consumer_offsets` must be in the transaction: added by
 * AddOffsetsToTxn up to version 4, by this request from 5 on (KIP-890). The consumer that the offsets are from is fenced
 * by member and generation since version 3 (KIP-447), which is what makes one producer per process enough.
 *
 * Version notes. 2: leader epochs. 3: member and generation. 4: TRANSACTION_ABORTABLE. 5: implicit. 6: topic ids.
 */
import { kafkaErrors } from '../../src/protocol/errors.ts'
import {
  TxnOffsetCommit,
  type TxnOffsetCommitRequest,
  type TxnOffsetCommitRequestTopic,
  type TxnOffsetCommitResponse,
} from '../../src/protocol/messages/28-txn-offset-commit.ts'
import type { PartitionCodes } from '../coordinator/group/coordinator.ts'
import { offsetsTopic } from '../coordinator/internal-topic.ts'
import { failureOf } from './failure.ts'
import { apiHandler, type BrokerContext, type RequestContext, type ApiHandler } from './handler.ts'
import { knownTopics, namedTopics, partitionAnswers, refusedTopics, type NamedTopic } from './named-topics.ts'

const abortableSince = 4
const implicitSince = 5
const topicIdsSince = 6

export const txnOffsetCommit: ApiHandler<TxnOffsetCommitRequest, TxnOffsetCommitResponse> = apiHandler(
  TxnOffsetCommit,
  {
    versions: [0, 6],
    handle,
    refuse: ({ topics }, errorCode) => respond(refusedTopics(topics, errorCode), []),
  },
)

async function handle(
  broker: BrokerContext,
  context: RequestContext<TxnOffsetCommitRequest>,
): Promise<TxnOffsetCommitResponse> {
  const { request, version } = context
  const found = namedTopics(broker, context, request.topics, version >= topicIdsSince)
  const refuse = (code: number) => respond(found, broker.groups.refuse(knownTopics(found), code))
  // Of partitions that do not exist it is said that they do not, and for them alone no transaction is joined.
  const isAny = broker.groups
    .refuse(knownTopics(found), kafkaErrors.NONE.code)
    .flat()
    .includes(kafkaErrors.NONE.code)
  if (!isAny) return refuse(kafkaErrors.NONE.code)
  if (request.transactionalId === '') return refuse(kafkaErrors.INVALID_REQUEST.code)
  if (request.groupId === '') return refuse(kafkaErrors.INVALID_GROUP_ID.code)
  try {
    await verify(broker, context)
  } catch (error) {
    const { errorCode } = failureOf(error)
    const { NOT_ENOUGH_REPLICAS, COORDINATOR_NOT_AVAILABLE } = kafkaErrors
    // What a Produce retries on means nothing here.
    return refuse(errorCode === NOT_ENOUGH_REPLICAS.code ? COORDINATOR_NOT_AVAILABLE.code : errorCode)
  }
  return commit(broker, context, found)
}

function verify(
  { transactions, groups, config }: BrokerContext,
  { request, version }: RequestContext<TxnOffsetCommitRequest>,
): Promise<void> | undefined {
  const implicit = version >= implicitSince
  if (!implicit && !config['transaction.partition.verification.enable']) return undefined
  const { transactionalId, producerId, producerEpoch } = request
  return transactions.verifyPartition({
    transactionalId,
    producerId,
    producerEpoch,
    topic: offsetsTopic,
    partition: groups.partitionOf(request.groupId),
    implicit,
    knowsAbortable: version >= abortableSince,
  })
}

function commit(
  broker: BrokerContext,
  { request, version }: RequestContext<TxnOffsetCommitRequest>,
  found: readonly NamedTopic<TxnOffsetCommitRequestTopic>[],
): TxnOffsetCommitResponse | Promise<TxnOffsetCommitResponse> {
  const { producerId, producerEpoch } = request
  const codes = broker.groups.commit({
    groupId: request.groupId,
    generationId: request.generationIdOrMemberEpoch,
    memberId: request.memberId,
    groupInstanceId: request.groupInstanceId,
    topics: knownTopics(found),
    retentionMs: -1,
    transaction: { producerId, producerEpoch },
    version,
  })
  return codes instanceof Promise ? codes.then(each => respond(found, each)) : respond(found, codes)
}

function respond(
  found: readonly NamedTopic<TxnOffsetCommitRequestTopic>[],
  codes: PartitionCodes,
): TxnOffsetCommitResponse {
  return { throttleTimeMs: 0, topics: partitionAnswers(found, codes) }
}
