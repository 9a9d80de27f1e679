/**
 * WriteTxnMarkers (key 27): writes the ends of transactions into partitions.
 *
 * Behaviour. Between brokers this is how coordinators end transactions; here they do it without a request. It is answered
 * for administrators, whose tools use it to end a transaction that hangs in a partition.
 *
 * Version notes. 2: the transaction version, which decides the epochs that the log takes (semantics G10b).
 */
import { kafkaErrors } from '../../src/protocol/errors.ts'
import {
  WriteTxnMarkers,
  type WritableTxnMarker,
  type WritableTxnMarkerResult,
  type WritableTxnMarkerTopicResult,
  type WriteTxnMarkersRequest,
  type WriteTxnMarkersResponse,
} from '../../src/protocol/messages/27-write-txn-markers.ts'
import { markerTargets } from '../coordinator/transaction/marker-targets.ts'
import { failureOf } from './failure.ts'
import { apiHandler, type BrokerContext, type RequestContext, type ApiHandler } from './handler.ts'
import { eachInSteps, expected, sliced, wholly } from './sliced.ts'

export const writeTxnMarkers: ApiHandler<WriteTxnMarkersRequest, WriteTxnMarkersResponse> = apiHandler(
  WriteTxnMarkers,
  {
    versions: [1, 2],
    handle,
    refuse: ({ markers }, errorCode) => wholly(respond(markers, () => errorCode)),
  },
)

async function handle(
  broker: BrokerContext,
  { request: { markers } }: RequestContext<WriteTxnMarkersRequest>,
): Promise<WriteTxnMarkersResponse> {
  const targets = markerTargets(broker)
  const durable: Promise<void>[] = []
  const steps = respond(markers, (marker, topic, partition) => {
    if (broker.topics.log(topic, partition) === undefined) return kafkaErrors.UNKNOWN_TOPIC_OR_PARTITION.code
    const { producerId, producerEpoch, coordinatorEpoch, transactionVersion } = marker
    if (producerId < 0) return kafkaErrors.INVALID_PRODUCER_ID_MAPPING.code
    if (producerEpoch < 0) return kafkaErrors.INVALID_PRODUCER_EPOCH.code
    try {
      const commit = marker.transactionResult
      const written = targets.end(topic, partition, {
        producerId,
        producerEpoch,
        coordinatorEpoch,
        commit,
        transactionVersion,
      })
      if (written !== undefined) durable.push(expected(written))
      return kafkaErrors.NONE.code
    } catch (error) {
      return failureOf(error).errorCode
    }
  })
  const response = await sliced(broker, steps)
  await Promise.all(durable)
  return response
}

function* respond(
  markers: readonly WritableTxnMarker[],
  codeOf: (marker: WritableTxnMarker, topic: string, partition: number) => number,
): Generator<void, WriteTxnMarkersResponse, void> {
  const results: WritableTxnMarkerResult[] = []
  for (const marker of markers) {
    const topics: WritableTxnMarkerTopicResult[] = []
    for (const { name, partitionIndexes } of marker.topics) {
      const partitions = yield* eachInSteps(partitionIndexes, partitionIndex => ({
        partitionIndex,
        errorCode: codeOf(marker, name, partitionIndex),
      }))
      topics.push({ name, partitions })
    }
    results.push({ producerId: marker.producerId, topics })
    yield
  }
  return { markers: results }
}
