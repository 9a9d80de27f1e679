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
import { BrokerError } from '../broker-error.ts'
import type { PartitionCodes } from '../coordinator/group/coordinator.ts'
import { offsetsTopic } from '../coordinator/internal-topic.ts'
import { apiHandler, type BrokerContext, type RequestContext, type ApiHandler } from './handler.ts'
import { knownTopics, namedTopics, refusedTopics, type NamedTopic } from './named-topics.ts'

const abortableSince = 4
const implicitSince = 5
const topicIdsSince = 6

export const txnOffsetCommit: ApiHandler<TxnOffsetCommitRequest, TxnOffsetCommitResponse> = apiHandler(
  TxnOffsetCommit,
  {
    versions: [0, 6],
    handle,
    refuse({ topics }, errorCode) {
      const { NOT_ENOUGH_REPLICAS, COORDINATOR_NOT_AVAILABLE } = kafkaErrors
      // What a Produce retries on means nothing here.
      const told = errorCode === NOT_ENOUGH_REPLICAS.code ? COORDINATOR_NOT_AVAILABLE.code : errorCode
      return respond(refusedTopics(topics, told), [])
    },
  },
)

function handle(
  broker: BrokerContext,
  context: RequestContext<TxnOffsetCommitRequest>,
): TxnOffsetCommitResponse | Promise<TxnOffsetCommitResponse> {
  const { transactionalId, groupId } = context.request
  if (transactionalId === '') {
    throw new BrokerError(kafkaErrors.INVALID_REQUEST.code, 'the transactional id is empty')
  }
  if (groupId === '') throw new BrokerError(kafkaErrors.INVALID_GROUP_ID.code, 'the group id is empty')
  const verified = verify(broker, context)
  return verified === undefined ? commit(broker, context) : verified.then(() => commit(broker, context))
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
  context: RequestContext<TxnOffsetCommitRequest>,
): TxnOffsetCommitResponse | Promise<TxnOffsetCommitResponse> {
  const { request, version } = context
  const byId = version >= topicIdsSince
  const { producerId, producerEpoch } = request
  const found = namedTopics(broker, context, request.topics, byId)
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

/** `codes` are those of the topics that can be used. */
function respond(
  found: readonly NamedTopic<TxnOffsetCommitRequestTopic>[],
  codes: PartitionCodes,
): TxnOffsetCommitResponse {
  let known = 0
  const topics = found.map(({ asked: { name, topicId, partitions }, name: existing, errorCode }) => {
    const own = existing === undefined ? undefined : codes[known++]
    return {
      name,
      topicId,
      partitions: partitions.map(({ partitionIndex }, index) => ({
        partitionIndex,
        errorCode: own?.[index] ?? errorCode,
      })),
    }
  })
  return { throttleTimeMs: 0, topics }
}
