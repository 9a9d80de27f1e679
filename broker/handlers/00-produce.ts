/**
 * Produce (key 0): appends one record batch to each of some partitions.
 *
 * Behaviour.
 * - Partitions are decided one by one; what one is refused for does not touch the others.
 * - `acks` 0 is not answered; if anything failed the connection is closed instead, so that the client learns that
 *   something did (semantics G4). 1 and -1 are the same with one replica. Others: INVALID_REQUIRED_ACKS.
 * - The bytes are appended as they came: the log checks the batch, writes offset and epoch into its header, and keeps
 *   it (in process the sender has given it away).
 * - Idempotence, sequences and fencing are decided by the log (`log/producer-state.ts`). A transactional batch that
 *   would begin a transaction in the partition is first checked with the transaction coordinator: up to version 11 the
 *   partition must have been added, from 12 on it is added here (KIP-890).
 * - With `durability` "power" the answer waits for the flush that covers it.
 * - A topic is never created by writing to it; Metadata does that.
 *
 * Version notes. 3: transactional id. 7: zstd. 8: a message beside the error. 11: TRANSACTION_ABORTABLE. 12: implicit
 * partitions. 13: topic ids instead of names.
 */
import {
  batchMagic,
  batchPrefixBytes,
  codecIdOf,
  isLogAppendTime,
  isTransactional,
  magicOf,
  maxTimestampOf,
  producerEpochOf,
  producerIdOf,
  sizeInBytesOf,
  batchHeaderBytes,
} from '../../src/record/batch-format.ts'
import { kafkaErrors, type KafkaErrorName } from '../../src/protocol/errors.ts'
import {
  Produce,
  type PartitionProduceData,
  type PartitionProduceResponse,
  type ProduceRequest,
  type ProduceResponse,
  type TopicProduceData,
  type TopicProduceResponse,
} from '../../src/protocol/messages/00-produce.ts'
import { BrokerError } from '../broker-error.ts'
import type { PartitionLog } from '../log/partition-log.ts'
import type { Topic } from '../metadata/topics.ts'
import { demand, may } from './authorize.ts'
import { failureOf, type Failure } from './failure.ts'
import {
  apiHandler,
  Disconnect,
  type BrokerContext,
  type RequestContext,
  type ApiHandler,
} from './handler.ts'
import { sliced } from './sliced.ts'
import { admitAppend, implicitPartitionsSince } from './transactional-append.ts'

const zstdSince = 7
const topicIdsSince = 13
const zstdId = 4
/** Stands in an answer's place until it is there. */
const unanswered: Failure = { errorCode: -1, errorMessage: 'not answered' }
const startUntold: ReadonlySet<number> = new Set([
  kafkaErrors.MESSAGE_TOO_LARGE.code,
  kafkaErrors.RECORD_LIST_TOO_LARGE.code,
  kafkaErrors.CORRUPT_MESSAGE.code,
  kafkaErrors.KAFKA_STORAGE_ERROR.code,
])
const noLeader = Object.freeze({ leaderId: -1, leaderEpoch: -1 })

export const produce: ApiHandler<ProduceRequest, ProduceResponse> = apiHandler(Produce, {
  versions: [3, 13],
  handle,
  refuse(request, errorCode, errorMessage) {
    if (request.acks === 0) throw new Disconnect(errorMessage ?? `error ${errorCode}`)
    const failure = { errorCode, errorMessage: errorMessage ?? '' }
    return respond(
      request.topicData.map(topic => ({
        name: topic.name,
        topicId: topic.topicId,
        partitionResponses: topic.partitionData.map(({ index }) => refused(index, failure)),
      })),
    )
  },
})

/** What the partitions of one request have in common while they are appended to. */
interface Progress {
  readonly appended: Set<PartitionLog>
  /** Appends that wait for the transaction coordinator; each puts its answer in its place. */
  readonly pending: Promise<void>[]
}

function handle(
  broker: BrokerContext,
  context: RequestContext<ProduceRequest>,
): ProduceResponse | Promise<ProduceResponse> {
  const { request } = context
  if (request.acks < -1 || request.acks > 1) {
    throw new BrokerError(kafkaErrors.INVALID_REQUIRED_ACKS.code, `acks is ${request.acks}, not -1, 0 or 1`)
  }
  // What the batches are decides, not what the request says of them (CVE-2018-17196).
  if (request.topicData.some(hasTransactionalBatch)) {
    if (request.transactionalId === null) {
      const why = 'a transactional batch came without a transactional id'
      throw new BrokerError(kafkaErrors.TRANSACTIONAL_ID_AUTHORIZATION_FAILED.code, why)
    }
    demand(broker, context, 'WRITE', 'TRANSACTIONAL_ID', request.transactionalId)
    if (!isOfOneProducer(request)) {
      const why = 'the transactional batches of a request are of more than one producer id or epoch'
      throw new BrokerError(kafkaErrors.INVALID_PRODUCER_ID_MAPPING.code, why)
    }
  }
  const progress: Progress = { appended: new Set(), pending: [] }
  const topics = sliced(broker, produceTopics(broker, context, progress))
  if (topics instanceof Promise) return topics.then(each => settle(broker, request, each, progress))
  if (progress.pending.length === 0 && !mustFlush(broker, progress)) return finish(request, topics)
  return settle(broker, request, topics, progress)
}

/** Whether the answer has to wait for the disk: always with `durability` "power", else where `flush.messages` says so. */
function mustFlush({ config, topics }: BrokerContext, { appended }: Progress): boolean {
  if (config.durability === 'power') return appended.size > 0
  for (const log of appended) if (log.flushing.owed || topics.settled(log) !== undefined) return true
  return false
}

/** Waits for the coordinator's word and, with `durability` "power", for the flush; then answers. */
async function settle(
  { topics: registry }: BrokerContext,
  request: ProduceRequest,
  topics: readonly TopicProduceResponse[],
  { appended, pending }: Progress,
): Promise<ProduceResponse> {
  await Promise.all(pending)
  // A flush that fails fails the request as a whole: which of its appends are on the disk is not known.
  // A log that was closed meanwhile went with its topic, or with the broker, which has put it on the disk.
  const open = Array.from(appended).filter(log => log.state !== 'closed')
  await Promise.all(open.map(async log => Promise.all([log.durable(), registry.settled(log)])))
  return finish(request, topics)
}

function finish({ acks }: ProduceRequest, topics: readonly TopicProduceResponse[]): ProduceResponse {
  if (acks !== 0) return respond(topics)
  for (const { partitionResponses } of topics) {
    const failed = partitionResponses.find(({ errorCode }) => errorCode !== 0)
    if (failed !== undefined) throw new Disconnect(`produce with acks 0 failed: ${failed.errorMessage}`)
  }
  return respond([])
}

/** In slices: a batch may have to be decompressed, and a request has many. */
function* produceTopics(
  broker: BrokerContext,
  context: RequestContext<ProduceRequest>,
  progress: Progress,
): Generator<void, TopicProduceResponse[], void> {
  const topics: TopicProduceResponse[] = []
  for (const topic of context.request.topicData) {
    topics.push(yield* produceTopic(broker, context, topic, progress))
  }
  return topics
}

function* produceTopic(
  broker: BrokerContext,
  context: RequestContext<ProduceRequest>,
  { name, topicId, partitionData }: TopicProduceData,
  progress: Progress,
): Generator<void, TopicProduceResponse, void> {
  const usesIds = context.version >= topicIdsSince
  const find = () => (usesIds ? broker.topics.byId(topicId) : broker.topics.get(name))
  const known = usesIds ? find()?.name : name
  const isAllowed = known === undefined || may(broker, context, 'WRITE', 'TOPIC', known)
  const partitionResponses: PartitionProduceResponse[] = []
  for (const partition of partitionData) {
    const place = partitionResponses.length
    const topic = find()
    const outcome = producePartition(broker, context, { topic, usesIds, isAllowed, partition }, progress)
    if (outcome instanceof Promise) {
      partitionResponses.push(refused(partition.index, unanswered))
      progress.pending.push(outcome.then(response => void (partitionResponses[place] = response)))
    } else {
      partitionResponses.push(outcome)
    }
    yield
  }
  return { name, topicId, partitionResponses }
}

interface PartitionPlace {
  readonly topic: Topic | undefined
  readonly usesIds: boolean
  readonly isAllowed: boolean
  readonly partition: PartitionProduceData
}

function producePartition(
  broker: BrokerContext,
  context: RequestContext<ProduceRequest>,
  { topic, usesIds, isAllowed, partition: { index, records } }: PartitionPlace,
  progress: Progress,
): PartitionProduceResponse | Promise<PartitionProduceResponse> {
  try {
    if (!isAllowed) throw refusal('TOPIC_AUTHORIZATION_FAILED', 'The principal may not WRITE to this topic.')
    const log = topic?.logs[index]
    if (topic === undefined || log === undefined) {
      const error = topic === undefined && usesIds ? 'UNKNOWN_TOPIC_ID' : 'UNKNOWN_TOPIC_OR_PARTITION'
      throw refusal(error, `there is no partition ${index} of this topic`)
    }
    if (topic.internal)
      throw refusal('INVALID_TOPIC_EXCEPTION', `${topic.name} is written by the broker alone`)
    const batch = oneBatch(records, context.version)
    const { version, request } = context
    const { transactionalId } = request
    const admitted = admitAppend(broker, { transactionalId, topic: topic.name, log, batch, version })
    if (admitted === undefined) return append(broker, context, { log, index, batch }, progress)
    return admitted.then(
      () => append(broker, context, { log, index, batch }, progress),
      (error: unknown) => refused(index, failureOf(error)),
    )
  } catch (error) {
    return refused(index, failureOf(error))
  }
}

/** The one batch of a partition's records (semantics G29); what else is wrong with it, the log finds. */
function oneBatch(records: Uint8Array | null, version: number): Uint8Array {
  // Bytes that end before their batch does hold no batch, as in Kafka: a client that sends them again changes nothing.
  if (records === null || records.length < batchHeaderBytes || sizeInBytesOf(records, 0) > records.length) {
    throw refusal(
      'INVALID_RECORD',
      'produce requests must have exactly one record batch per partition, not none',
    )
  }
  const magic = magicOf(records, 0)
  if (magic > batchMagic || sizeInBytesOf(records, 0) < batchHeaderBytes) {
    throw refusal('CORRUPT_MESSAGE', `a batch of magic ${magic} and ${sizeInBytesOf(records, 0)} bytes`)
  }
  if (magic !== batchMagic) {
    throw refusal('INVALID_RECORD', `record batches of magic ${magic} are not taken, only 2`)
  }
  const size = sizeInBytesOf(records, 0)
  if (size + batchPrefixBytes <= records.length && size + sizeInBytesOf(records, size) <= records.length) {
    throw refusal(
      'INVALID_RECORD',
      'produce requests must have exactly one record batch per partition, not more',
    )
  }
  if (version < zstdSince && codecIdOf(records, 0) === zstdId) {
    throw refusal('UNSUPPORTED_COMPRESSION_TYPE', `zstd is taken since version ${zstdSince}`)
  }
  // What is no whole batch after it is left, as in Kafka.
  return size < records.length ? records.subarray(0, size) : records
}

function append(
  { clock }: BrokerContext,
  { version, answerMemory }: RequestContext<ProduceRequest>,
  { log, index, batch }: { readonly log: PartitionLog; readonly index: number; readonly batch: Uint8Array },
  { appended }: Progress,
): PartitionProduceResponse {
  try {
    const { baseOffset, logAppendTime, logStartOffset, duplicate } = log.append(batch, {
      origin: 'client',
      nowMs: clock.now(),
      transactionVersion: version >= implicitPartitionsSince ? 2 : 1,
      // Over a socket the request is in memory that is used again.
      isLent: answerMemory !== undefined,
    })
    appended.add(log)
    return {
      index,
      errorCode: 0,
      baseOffset,
      logAppendTimeMs: duplicate ? firstAppendTime(log, baseOffset) : logAppendTime,
      logStartOffset,
      recordErrors: [],
      errorMessage: null,
      currentLeader: noLeader,
    }
  } catch (error) {
    return refused(index, failureOf(error), log)
  }
}

/** When a batch was appended that came again: what its records are stamped with, if the topic stamps them and has them still. */
function firstAppendTime(log: PartitionLog, baseOffset: number): number {
  if (log.config.timestampType !== 'LogAppendTime') return -1
  try {
    const { records } = log.read({ offset: baseOffset, maxBytes: 0 })
    return records.length > 0 && isLogAppendTime(records, 0) ? maxTimestampOf(records, 0) : -1
  } catch {
    // It was deleted or damaged since; that it was taken holds all the same.
    return -1
  }
}

function hasTransactionalBatch({ partitionData }: TopicProduceData): boolean {
  return partitionData.some(({ records }) => records !== null && isTransactionalBatch(records))
}

/** Whether all transactional batches have one producer id and epoch: a transactional id has no more. */
function isOfOneProducer({ topicData }: ProduceRequest): boolean {
  let first: Uint8Array | undefined
  for (const { partitionData } of topicData) {
    for (const { records } of partitionData) {
      if (records === null || !isTransactionalBatch(records)) continue
      first ??= records
      const isSame =
        producerIdOf(records, 0) === producerIdOf(first, 0) &&
        producerEpochOf(records, 0) === producerEpochOf(first, 0)
      if (!isSame) return false
    }
  }
  return true
}

function isTransactionalBatch(records: Uint8Array): boolean {
  return records.length >= batchHeaderBytes && isTransactional(records, 0)
}

function respond(responses: readonly TopicProduceResponse[]): ProduceResponse {
  return { responses, throttleTimeMs: 0, nodeEndpoints: [] }
}

/** `log`: the one that refused the batch. As in Kafka it is told where it starts, unless the bytes themselves were bad. */
function refused(
  index: number,
  { errorCode, errorMessage, refusedRecords = [] }: Failure,
  log?: PartitionLog,
): PartitionProduceResponse {
  return {
    index,
    errorCode,
    baseOffset: -1,
    logAppendTimeMs: -1,
    logStartOffset: log === undefined || startUntold.has(errorCode) ? -1 : log.logStartOffset,
    recordErrors: refusedRecords.map(({ batchIndex, why }) => ({ batchIndex, batchIndexErrorMessage: why })),
    errorMessage,
    currentLeader: noLeader,
  }
}

function refusal(name: KafkaErrorName, message: string): BrokerError {
  return new BrokerError(kafkaErrors[name].code, message)
}
