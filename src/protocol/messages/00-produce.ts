/**
 * Produce (API key 0): appends record batches. Sent to the leader of each partition.
 *
 * With `acks` 0 there is no response; on an error the broker closes the connection (semantics G4). Exactly
 * one batch for each partition. Version 8 names the records that were refused, 10 tells the new leader with
 * NOT_LEADER_OR_FOLLOWER (KIP-951), 12 adds partitions to the transaction by itself (KIP-890), 13 goes by
 * topic ids instead of names.
 */
import type { Api } from '../api.ts'
import {
  array,
  between,
  ignorable,
  int16,
  int32,
  int64,
  message,
  nullable,
  records,
  since,
  string,
  struct,
  tagged,
  uuid,
  withDefault,
  type MessageType,
  type StructType,
} from '../schema.ts'

/** The request of Produce. */
export interface ProduceRequest {
  /** The transactional id; null outside of transactions. */
  readonly transactionalId: string | null
  /**
   * Who must have the records before the answer: -1 all in-sync replicas, 1 the leader, 0 nobody, and then
   * there is no answer at all.
   */
  readonly acks: number
  /** How long the broker may take before it answers REQUEST_TIMED_OUT, in milliseconds. */
  readonly timeoutMs: number
  /** The records, by topic. */
  readonly topicData: readonly TopicProduceData[]
}

/** Records for one topic. */
export interface TopicProduceData {
  /** The name of the topic. */
  readonly name: string
  /** The id of the topic; zero if it goes by its name. */
  readonly topicId: string
  /** The records, by partition. */
  readonly partitionData: readonly PartitionProduceData[]
}

/** Records for one partition. */
export interface PartitionProduceData {
  /** The number of the partition. */
  readonly index: number
  /** One record batch. */
  readonly records: Uint8Array | null
}

export const PartitionProduceData: StructType<PartitionProduceData> = struct<PartitionProduceData>(
  'PartitionProduceData',
  {
    index: int32,
    records: records,
  },
)

export const TopicProduceData: StructType<TopicProduceData> = struct<TopicProduceData>('TopicProduceData', {
  name: between(0, 12, ignorable(string)),
  topicId: since(13, ignorable(uuid)),
  partitionData: array(PartitionProduceData),
})

export const ProduceRequest: MessageType<ProduceRequest> = message<ProduceRequest>(
  'ProduceRequest',
  { versions: [3, 13], flexibleSince: 9 },
  {
    transactionalId: withDefault(null, nullable(string)),
    acks: int16,
    timeoutMs: int32,
    topicData: array(TopicProduceData),
  },
)

/** The response of Produce. */
export interface ProduceResponse {
  /** What became of each topic. */
  readonly responses: readonly TopicProduceResponse[]
  /** How long the client is to hold back because of a quota, in milliseconds; 0 for not at all. */
  readonly throttleTimeMs: number
  /** Addresses of the brokers named as `currentLeader`. */
  readonly nodeEndpoints: readonly ProduceNodeEndpoint[]
}

/** What became of one topic. */
export interface TopicProduceResponse {
  /** The name of the topic. */
  readonly name: string
  /** The id of the topic; zero if it goes by its name. */
  readonly topicId: string
  /** What became of each partition. */
  readonly partitionResponses: readonly PartitionProduceResponse[]
}

/** What became of one partition. */
export interface PartitionProduceResponse {
  /** The number of the partition. */
  readonly index: number
  /** Error code of this partition; 0 for none. */
  readonly errorCode: number
  /** The offset that the first record was given; -1 on an error. */
  readonly baseOffset: number
  /** The timestamp that the broker gave the records; -1 if the topic keeps the producer's. */
  readonly logAppendTimeMs: number
  /** The first offset that the partition still has. */
  readonly logStartOffset: number
  /** The records because of which the batch was refused. */
  readonly recordErrors: readonly BatchIndexAndErrorMessage[]
  /** What went wrong, for people; null if nothing did. */
  readonly errorMessage: string | null
  /** Who leads the partition, where the answer is that this broker does not. */
  readonly currentLeader: ProduceLeaderIdAndEpoch
}

/** A record that was refused. */
export interface BatchIndexAndErrorMessage {
  /** Which record of the batch it is, from 0. */
  readonly batchIndex: number
  /** Why it was refused; null to go by the message of the partition. */
  readonly batchIndexErrorMessage: string | null
}

/** The present leader of a partition. */
export interface ProduceLeaderIdAndEpoch {
  /** The broker that leads the partition; -1 if unknown. */
  readonly leaderId: number
  /** The leader epoch of the partition; -1 if unknown. */
  readonly leaderEpoch: number
}

/** How to reach a broker. */
export interface ProduceNodeEndpoint {
  /** The id of the broker. */
  readonly nodeId: number
  /** The host name to connect to. */
  readonly host: string
  /** The port to connect to. */
  readonly port: number
  /** The rack of the broker; null if it has none. */
  readonly rack: string | null
}

export const BatchIndexAndErrorMessage: StructType<BatchIndexAndErrorMessage> =
  struct<BatchIndexAndErrorMessage>('BatchIndexAndErrorMessage', {
    batchIndex: int32,
    batchIndexErrorMessage: withDefault(null, nullable(string)),
  })

export const ProduceLeaderIdAndEpoch: StructType<ProduceLeaderIdAndEpoch> = struct<ProduceLeaderIdAndEpoch>(
  'ProduceLeaderIdAndEpoch',
  {
    leaderId: withDefault(-1, int32),
    leaderEpoch: withDefault(-1, int32),
  },
)

export const PartitionProduceResponse: StructType<PartitionProduceResponse> =
  struct<PartitionProduceResponse>('PartitionProduceResponse', {
    index: int32,
    errorCode: int16,
    baseOffset: int64,
    logAppendTimeMs: ignorable(withDefault(-1, int64)),
    logStartOffset: since(5, ignorable(withDefault(-1, int64))),
    recordErrors: since(8, ignorable(array(BatchIndexAndErrorMessage))),
    errorMessage: since(8, ignorable(withDefault(null, nullable(string)))),
    currentLeader: since(10, tagged(0, ProduceLeaderIdAndEpoch)),
  })

export const TopicProduceResponse: StructType<TopicProduceResponse> = struct<TopicProduceResponse>(
  'TopicProduceResponse',
  {
    name: between(0, 12, ignorable(string)),
    topicId: since(13, ignorable(uuid)),
    partitionResponses: array(PartitionProduceResponse),
  },
)

export const ProduceNodeEndpoint: StructType<ProduceNodeEndpoint> = struct<ProduceNodeEndpoint>(
  'ProduceNodeEndpoint',
  {
    nodeId: int32,
    host: string,
    port: int32,
    rack: withDefault(null, nullable(string)),
  },
)

export const ProduceResponse: MessageType<ProduceResponse> = message<ProduceResponse>(
  'ProduceResponse',
  { versions: [3, 13], flexibleSince: 9 },
  {
    responses: array(TopicProduceResponse),
    throttleTimeMs: ignorable(int32),
    nodeEndpoints: since(10, tagged(0, array(ProduceNodeEndpoint))),
  },
)

export const Produce: Api<ProduceRequest, ProduceResponse> = {
  key: 0,
  name: 'Produce',
  request: ProduceRequest,
  response: ProduceResponse,
}
