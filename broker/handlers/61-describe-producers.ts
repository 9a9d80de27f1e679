/** DescribeProducers (key 61): the producers that partitions remember, and since when they have a transaction open. */
import { kafkaErrors } from '../../src/protocol/errors.ts'
import {
  DescribeProducers,
  type DescribeProducersPartitionResponse,
  type DescribeProducersRequest,
  type DescribeProducersResponse,
  type DescribeProducersTopicResponse,
  type ProducerState,
} from '../../src/protocol/messages/61-describe-producers.ts'
import type { ProducerEntry } from '../log/producer-state.ts'
import { topicNameFault } from '../metadata/topic-name.ts'
import { may } from './authorize.ts'
import { distinct } from './duplicates.ts'
import { apiHandler, type BrokerContext, type RequestContext, type ApiHandler } from './handler.ts'
import { eachInSteps, sliced, wholly } from './sliced.ts'

export const describeProducers: ApiHandler<DescribeProducersRequest, DescribeProducersResponse> = apiHandler(
  DescribeProducers,
  {
    versions: [0, 0],
    handle: (broker: BrokerContext, context: RequestContext<DescribeProducersRequest>) => {
      const steps = respond(context.request, (topic, partitionIndex) => {
        if (!may(broker, context, 'READ', 'TOPIC', topic)) {
          return missing(partitionIndex, kafkaErrors.TOPIC_AUTHORIZATION_FAILED.code)
        }
        const fault = topicNameFault(topic)
        if (fault !== undefined) {
          return missing(partitionIndex, kafkaErrors.INVALID_TOPIC_EXCEPTION.code, fault)
        }
        const log = broker.topics.log(topic, partitionIndex)
        if (log === undefined) return missing(partitionIndex, kafkaErrors.UNKNOWN_TOPIC_OR_PARTITION.code)
        const activeProducers = log.activeProducers().map(producerState)
        return { partitionIndex, errorCode: 0, errorMessage: null, activeProducers }
      })
      return sliced(broker, steps)
    },
    refuse: (request, errorCode) => wholly(respond(request, (_topic, index) => missing(index, errorCode))),
  },
)

function* respond(
  { topics }: DescribeProducersRequest,
  describe: (topic: string, partition: number) => DescribeProducersPartitionResponse,
): Generator<void, DescribeProducersResponse, void> {
  const described: DescribeProducersTopicResponse[] = []
  for (const { name, partitionIndexes } of distinct(topics, ({ name }) => name)) {
    const asked = distinct(partitionIndexes, index => index)
    described.push({ name, partitions: yield* eachInSteps(asked, index => describe(name, index)) })
  }
  return { throttleTimeMs: 0, topics: described }
}

function producerState(entry: ProducerEntry): ProducerState {
  return {
    producerId: entry.producerId,
    producerEpoch: entry.producerEpoch,
    lastSequence: entry.batches.at(-1)?.lastSequence ?? -1,
    lastTimestamp: entry.lastSeenMs,
    coordinatorEpoch: entry.coordinatorEpoch,
    currentTxnStartOffset: entry.transactionFirstOffset,
  }
}

function missing(
  partitionIndex: number,
  errorCode: number,
  errorMessage: string | null = null,
): DescribeProducersPartitionResponse {
  return { partitionIndex, errorCode, errorMessage, activeProducers: [] }
}
