/**
 * OffsetForLeaderEpoch (key 23): where the log of a leader epoch ends, so that a consumer can tell truncation.
 *
 * Behaviour. The answer is the greatest epoch up to the one asked for and where it ends, the log end for the present one;
 * an epoch that is yet to come, or before all that is known, is answered with -1, -1 and no error (KIP-320).
 */
import { kafkaErrors } from '../../src/protocol/errors.ts'
import {
  OffsetForLeaderEpoch,
  type OffsetForLeaderEpochEpochEndOffset,
  type OffsetForLeaderEpochRequest,
  type OffsetForLeaderEpochResponse,
} from '../../src/protocol/messages/23-offset-for-leader-epoch.ts'
import { may } from './authorize.ts'
import { eachPartition, eachPartitionInSteps } from './each-partition.ts'
import { apiHandler, type BrokerContext, type RequestContext, type ApiHandler } from './handler.ts'
import { epochEndOf, leaderEpochError } from './leader-epoch.ts'
import { sliced } from './sliced.ts'

export const offsetForLeaderEpoch: ApiHandler<OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse> =
  apiHandler(OffsetForLeaderEpoch, {
    versions: [2, 4],
    handle,
    refuse: ({ topics }, errorCode) => ({
      throttleTimeMs: 0,
      topics: eachPartition(topics, (_topic, { partition }) => unknown(partition, errorCode)),
    }),
  })

function handle(
  broker: BrokerContext,
  context: RequestContext<OffsetForLeaderEpochRequest>,
): OffsetForLeaderEpochResponse | Promise<OffsetForLeaderEpochResponse> {
  return sliced(broker, findAll(broker, context))
}

function* findAll(
  broker: BrokerContext,
  context: RequestContext<OffsetForLeaderEpochRequest>,
): Generator<void, OffsetForLeaderEpochResponse, void> {
  const topics = yield* eachPartitionInSteps(context.request.topics, ({ topic }, asked) => {
    const { partition, currentLeaderEpoch, leaderEpoch } = asked
    if (!may(broker, context, 'DESCRIBE', 'TOPIC', topic)) {
      return unknown(partition, kafkaErrors.TOPIC_AUTHORIZATION_FAILED.code)
    }
    const log = broker.topics.log(topic, partition)
    if (log === undefined) return unknown(partition, kafkaErrors.UNKNOWN_TOPIC_OR_PARTITION.code)
    const epochError = leaderEpochError(currentLeaderEpoch, log)
    if (epochError !== 0) return unknown(partition, epochError)
    const end = epochEndOf(log, leaderEpoch)
    if (end === undefined) return unknown(partition, 0)
    return { errorCode: 0, partition, leaderEpoch: end.epoch, endOffset: end.endOffset }
  })
  return { throttleTimeMs: 0, topics }
}

function unknown(partition: number, errorCode: number): OffsetForLeaderEpochEpochEndOffset {
  return { errorCode, partition, leaderEpoch: -1, endOffset: -1 }
}
