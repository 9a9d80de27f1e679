/**
 * Produce (API key 0).
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
} from '../schema.ts'

/** ProduceRequest */
export interface ProduceRequest {
  /** transactionalId */
  readonly transactionalId: string | null
  /** acks */
  readonly acks: number
  /** timeoutMs */
  readonly timeoutMs: number
  /** topicData */
  readonly topicData: readonly TopicProduceData[]
}

/** TopicProduceData */
export interface TopicProduceData {
  /** name */
  readonly name: string
  /** topicId */
  readonly topicId: string
  /** partitionData */
  readonly partitionData: readonly PartitionProduceData[]
}

/** PartitionProduceData */
export interface PartitionProduceData {
  /** index */
  readonly index: number
  /** records */
  readonly records: Uint8Array | null
}

export const PartitionProduceData = struct<PartitionProduceData>('PartitionProduceData', {
  index: int32,
  records: records,
})

export const TopicProduceData = struct<TopicProduceData>('TopicProduceData', {
  name: between(0, 12, ignorable(string)),
  topicId: since(13, ignorable(uuid)),
  partitionData: array(PartitionProduceData),
})

export const ProduceRequest = message<ProduceRequest>(
  'ProduceRequest',
  { versions: [3, 13], flexibleSince: 9 },
  {
    transactionalId: withDefault(null, nullable(string)),
    acks: int16,
    timeoutMs: int32,
    topicData: array(TopicProduceData),
  },
)

/** ProduceResponse */
export interface ProduceResponse {
  /** responses */
  readonly responses: readonly TopicProduceResponse[]
  /** throttleTimeMs */
  readonly throttleTimeMs: number
  /** nodeEndpoints */
  readonly nodeEndpoints: readonly ProduceNodeEndpoint[]
}

/** TopicProduceResponse */
export interface TopicProduceResponse {
  /** name */
  readonly name: string
  /** topicId */
  readonly topicId: string
  /** partitionResponses */
  readonly partitionResponses: readonly PartitionProduceResponse[]
}

/** PartitionProduceResponse */
export interface PartitionProduceResponse {
  /** index */
  readonly index: number
  /** errorCode */
  readonly errorCode: number
  /** baseOffset */
  readonly baseOffset: number
  /** logAppendTimeMs */
  readonly logAppendTimeMs: number
  /** logStartOffset */
  readonly logStartOffset: number
  /** recordErrors */
  readonly recordErrors: readonly BatchIndexAndErrorMessage[]
  /** errorMessage */
  readonly errorMessage: string | null
  /** currentLeader */
  readonly currentLeader: ProduceLeaderIdAndEpoch
}

/** BatchIndexAndErrorMessage */
export interface BatchIndexAndErrorMessage {
  /** batchIndex */
  readonly batchIndex: number
  /** batchIndexErrorMessage */
  readonly batchIndexErrorMessage: string | null
}

/** ProduceLeaderIdAndEpoch */
export interface ProduceLeaderIdAndEpoch {
  /** leaderId */
  readonly leaderId: number
  /** leaderEpoch */
  readonly leaderEpoch: number
}

/** ProduceNodeEndpoint */
export interface ProduceNodeEndpoint {
  /** nodeId */
  readonly nodeId: number
  /** host */
  readonly host: string
  /** port */
  readonly port: number
  /** rack */
  readonly rack: string | null
}

export const BatchIndexAndErrorMessage = struct<BatchIndexAndErrorMessage>('BatchIndexAndErrorMessage', {
  batchIndex: int32,
  batchIndexErrorMessage: withDefault(null, nullable(string)),
})

export const ProduceLeaderIdAndEpoch = struct<ProduceLeaderIdAndEpoch>('ProduceLeaderIdAndEpoch', {
  leaderId: withDefault(-1, int32),
  leaderEpoch: withDefault(-1, int32),
})

export const PartitionProduceResponse = struct<PartitionProduceResponse>('PartitionProduceResponse', {
  index: int32,
  errorCode: int16,
  baseOffset: int64,
  logAppendTimeMs: ignorable(withDefault(-1, int64)),
  logStartOffset: since(5, ignorable(withDefault(-1, int64))),
  recordErrors: since(8, ignorable(array(BatchIndexAndErrorMessage))),
  errorMessage: since(8, ignorable(withDefault(null, nullable(string)))),
  currentLeader: since(10, tagged(0, ProduceLeaderIdAndEpoch)),
})

export const TopicProduceResponse = struct<TopicProduceResponse>('TopicProduceResponse', {
  name: between(0, 12, ignorable(string)),
  topicId: since(13, ignorable(uuid)),
  partitionResponses: array(PartitionProduceResponse),
})

export const ProduceNodeEndpoint = struct<ProduceNodeEndpoint>('ProduceNodeEndpoint', {
  nodeId: int32,
  host: string,
  port: int32,
  rack: withDefault(null, nullable(string)),
})

export const ProduceResponse = message<ProduceResponse>(
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
