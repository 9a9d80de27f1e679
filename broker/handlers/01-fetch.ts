/**
 * Fetch (key 1): whole record batches from an offset on, of many partitions.
 *
 * Behaviour.
 * - Bytes are bounded by partition and by request; the first batch of an answer is whole however large it is, so that a
 *   consumer cannot get stuck behind it (KIP-74, semantics G6). The first batch may begin before the asked offset.
 * - An answer waits until `minBytes` are there, `maxWaitMs` have passed, or a partition has an error (G8). While it
 *   waits it is parked, and nothing is held but the request.
 * - read_committed serves up to the last stable offset and lists the aborted transactions of what it serves; the client
 *   drops them (G7).
 * - `lastFetchedEpoch` is held against the epochs of the log: a client whose log goes on where this one ended is told
 *   where they part (KIP-595).
 * - A broker that would copy partitions (a replica id) is told that it is no replica of theirs.
 * - A client over its quota gets an answer without partitions and is told how long to wait (KIP-219).
 *
 * Version notes. 7: sessions. 9: leader epochs. 12: diverging epochs. 13: topic ids instead of names. 15: a replica id only
 * as a tag. 16-18: endpoints of other leaders and state of followers, which a single broker has none of.
 */
import { kafkaErrors } from '../../src/protocol/errors.ts'
import {
  Fetch,
  type FetchableTopicResponse,
  type FetchPartitionData,
  type FetchRequest,
  type FetchResponse,
} from '../../src/protocol/messages/01-fetch.ts'
import type { PartitionLog } from '../log/partition-log.ts'
import type { FetchedPartition, FetchPlan } from '../net/fetch-sessions.ts'
import { may } from './authorize.ts'
import { failureOf } from './failure.ts'
import { apiHandler, type BrokerContext, type RequestContext, type ApiHandler } from './handler.ts'
import { epochEndOf, leaderEpochError } from './leader-epoch.ts'
import { sliced, wholly } from './sliced.ts'

const topicIdsSince = 13
const leadersSince = 16
const noRecords = new Uint8Array(0)
const noEpoch = Object.freeze({ epoch: -1, endOffset: -1 })
const noLeader = Object.freeze({ leaderId: -1, leaderEpoch: -1 })
const noSnapshot = Object.freeze({ endOffset: -1, epoch: -1 })

export const fetch: ApiHandler<FetchRequest, FetchResponse> = apiHandler(Fetch, {
  versions: [4, 18],
  handle,
  refuse: (_request, errorCode) => ({ ...empty(0), errorCode }),
})

/** After so many partitions whose next batch did not fit, an answer is full: to look at a thousand more costs milliseconds. */
const misfitsMax = 16

/**
 * A fetch of more is read in slices before it may have to wait. As many there are not in a broker, as a rule, so most of them
 * are errors, which are answered at once.
 */
const partitionsAtOnceMax = 10_000
const partitionsAStep = 100

/** One pass over the partitions of a request. */
interface Pass {
  readonly partitions: { readonly fetched: FetchedPartition; readonly answer: FetchPartitionData }[]
  bytes: number
  /** Whether it has an error, or less than there is: then waiting for more bytes has no point. */
  isComplete: boolean
}

function handle(
  broker: BrokerContext,
  context: RequestContext<FetchRequest>,
): FetchResponse | Promise<FetchResponse> {
  const { request, version } = context
  const usesIds = version >= topicIdsSince
  const plan = broker.fetchSessions.plan(request, usesIds)
  const { partitions } = plan
  const minBytes = Math.min(request.minBytes, bytesMaxOf(broker, context))
  const steps = () => read(broker, context, partitions, usesIds)
  const answeredIfEnough = (pass: Pass): FetchResponse | undefined => {
    if (pass.isComplete || pass.bytes >= minBytes) return answered(broker, context, plan, pass)
    context.answerMemory?.discard()
    return undefined
  }
  const park = () =>
    broker.delayed.park({
      keys: logsOf(broker, partitions, usesIds),
      waitMs: partitions.length === 0 ? 0 : request.maxWaitMs,
      attempt: () => answeredIfEnough(wholly(steps())),
      expire: () => answered(broker, context, plan, wholly(steps())),
    })
  if (partitions.length <= partitionsAtOnceMax) return park()
  const first = sliced(broker, steps())
  if (first instanceof Promise) return first.then(pass => answeredIfEnough(pass) ?? park())
  return answeredIfEnough(first) ?? park()
}

/** Looked up only where a fetch has to wait. */
function* logsOf(
  { topics }: BrokerContext,
  partitions: readonly FetchedPartition[],
  usesIds: boolean,
): Generator<PartitionLog> {
  for (const { topic, topicId, asked } of partitions) {
    const log = (usesIds ? topics.byId(topicId) : topics.get(topic))?.logs[asked.partition]
    if (log !== undefined) yield log
  }
}

function* read(
  broker: BrokerContext,
  context: RequestContext<FetchRequest>,
  partitions: readonly FetchedPartition[],
  usesIds: boolean,
): Generator<void, Pass, void> {
  const { request } = context
  const pass: Pass = { partitions: [], bytes: 0, isComplete: false }
  const bytesMax = Math.min(request.maxBytes, bytesMaxOf(broker, context))
  let misfits = 0
  for (const fetched of partitions) {
    const room = misfits < misfitsMax ? bytesMax - pass.bytes : 0
    const { answer, moreAvailable, hasNoRoom } = readPartition(broker, fetched, {
      asker: context,
      usesIds,
      committed: request.isolationLevel === 1,
      maxBytes: Math.max(0, Math.min(fetched.asked.partitionMaxBytes, room)),
      isFirst: pass.bytes === 0,
    })
    if (hasNoRoom === true) misfits++
    pass.partitions.push({ fetched, answer })
    pass.bytes += answer.records?.length ?? 0
    if (moreAvailable || answer.errorCode !== 0 || answer.divergingEpoch !== noEpoch) pass.isComplete = true
    if (pass.partitions.length % partitionsAStep === 0) yield
  }
  return pass
}

interface PartitionRead {
  readonly asker: RequestContext<FetchRequest>
  readonly usesIds: boolean
  readonly committed: boolean
  readonly maxBytes: number
  /** Whether nothing was read for this request yet: then one batch is served whatever its size. */
  readonly isFirst: boolean
}

interface PartitionOutcome {
  readonly answer: FetchPartitionData
  readonly moreAvailable: boolean
  /** Whether there is a batch that did not fit into what is left of the answer. */
  readonly hasNoRoom?: boolean
}

function readPartition(
  broker: BrokerContext,
  fetched: FetchedPartition,
  { asker, usesIds, committed, maxBytes, isFirst }: PartitionRead,
): PartitionOutcome {
  const { partition, fetchOffset } = fetched.asked
  const topic = usesIds ? broker.topics.byId(fetched.topicId) : broker.topics.get(fetched.topic)
  const name = usesIds ? topic?.name : fetched.topic
  if (name !== undefined && !mayFetch(broker, asker, name)) {
    return only(closed(partition, kafkaErrors.TOPIC_AUTHORIZATION_FAILED.code))
  }
  const log = topic?.logs[partition]
  if (log === undefined) {
    const { UNKNOWN_TOPIC_ID, UNKNOWN_TOPIC_OR_PARTITION } = kafkaErrors
    const isUnknownId = usesIds && topic === undefined
    return only(closed(partition, isUnknownId ? UNKNOWN_TOPIC_ID.code : UNKNOWN_TOPIC_OR_PARTITION.code))
  }
  // Any epoch below 0 stands for none here, in other requests only -1 does.
  const epochError = leaderEpochError(Math.max(fetched.asked.currentLeaderEpoch, -1), log)
  if (epochError !== 0) return only(refused(partition, epochError))
  if (isReplica(asker.request)) return only(notReplicated(asker, partition, broker, log))
  const contradiction = positionFault(fetched, log)
  if (contradiction !== undefined) return only(contradiction)
  if (maxBytes === 0 && !isFirst) {
    return only({ ...nothing(partition, log), abortedTransactions: committed ? [] : null })
  }
  try {
    const { records, abortedTransactions, moreAvailable } = log.read({
      offset: fetchOffset,
      maxBytes,
      minOneBatch: isFirst,
      isolation: committed ? 'read_committed' : 'read_uncommitted',
      memory: asker.answerMemory,
    })
    const answer = { ...nothing(partition, log), abortedTransactions, records }
    const end = committed ? answer.lastStableOffset : answer.highWatermark
    return { answer, moreAvailable, hasNoRoom: !isFirst && records.length === 0 && fetchOffset < end }
  } catch (error) {
    return only(refused(partition, failureOf(error).errorCode))
  }
}

/** Whether a broker asks that copies partitions. Nobody copies those of a single broker. */
function isReplica({ replicaId, replicaState }: FetchRequest): boolean {
  return replicaId >= 0 || replicaState.replicaId >= 0
}

function mayFetch(broker: BrokerContext, asker: RequestContext<FetchRequest>, topic: string): boolean {
  if (isReplica(asker.request)) return may(broker, asker, 'CLUSTER_ACTION', 'CLUSTER')
  return may(broker, asker, 'READ', 'TOPIC', topic)
}

/** The answer to a client whose idea of the log does not fit the log. */
function positionFault({ asked }: FetchedPartition, log: PartitionLog): FetchPartitionData | undefined {
  const { partition, lastFetchedEpoch, fetchOffset } = asked
  if (lastFetchedEpoch >= 0) {
    const divergingEpoch = epochEndOf(log, lastFetchedEpoch)
    if (divergingEpoch === undefined) return refused(partition, kafkaErrors.OFFSET_OUT_OF_RANGE.code)
    const { epoch, endOffset } = divergingEpoch
    if (epoch < lastFetchedEpoch || endOffset < fetchOffset)
      return { ...nothing(partition, log), divergingEpoch }
  }
  if (fetchOffset >= log.logStartOffset && fetchOffset <= log.logEndOffset) return undefined
  return refused(partition, kafkaErrors.OFFSET_OUT_OF_RANGE.code)
}

function only(answer: FetchPartitionData): PartitionOutcome {
  return { answer, moreAvailable: false }
}

/** What one answer may carry, whatever the client asks for. */
function bytesMaxOf({ config, quotas }: BrokerContext, context: RequestContext<FetchRequest>): number {
  const memoryMax = context.answerMemory?.bytesMax ?? Infinity
  return Math.min(config['fetch.max.bytes'], quotas.fetchBytesMax(context), memoryMax)
}

/** What was read; nothing of it for a client that is over its quota, which waits and fetches it again (KIP-219). */
function answered(
  { quotas }: BrokerContext,
  context: RequestContext<FetchRequest>,
  plan: FetchPlan,
  pass: Pass,
): FetchResponse {
  const throttleTimeMs = quotas.admitFetch(context, pass.bytes)
  if (throttleTimeMs === 0) return respond(plan, pass)
  context.answerMemory?.discard()
  return { ...empty(plan.withheld()), throttleTimeMs }
}

function respond(plan: FetchPlan, pass: Pass): FetchResponse {
  const responses: (FetchableTopicResponse & { readonly partitions: FetchPartitionData[] })[] = []
  for (const { fetched, answer } of pass.partitions) {
    const isMentioned = !plan.incremental || hasNews(fetched, answer)
    fetched.highWatermark = answer.highWatermark
    fetched.logStartOffset = answer.logStartOffset
    if (answer.records !== null && answer.records.length > 0) plan.served(fetched)
    if (!isMentioned) continue
    const last = responses.at(-1)
    if (last !== undefined && last.topic === fetched.topic && last.topicId === fetched.topicId) {
      last.partitions.push(answer)
    } else {
      responses.push({ topic: fetched.topic, topicId: fetched.topicId, partitions: [answer] })
    }
  }
  return { ...empty(plan.sessionId), responses }
}

/** Whether an incremental answer must mention the partition. An error left -1 behind, so what follows it is news. */
function hasNews({ highWatermark, logStartOffset }: FetchedPartition, answer: FetchPartitionData): boolean {
  if (answer.errorCode !== 0 || answer.divergingEpoch !== noEpoch) return true
  if (answer.records !== null && answer.records.length > 0) return true
  return answer.highWatermark !== highWatermark || answer.logStartOffset !== logStartOffset
}

function nothing(partitionIndex: number, log: PartitionLog): FetchPartitionData {
  return {
    partitionIndex,
    errorCode: 0,
    highWatermark: log.highWatermark,
    lastStableOffset: log.lastStableOffset,
    logStartOffset: log.logStartOffset,
    divergingEpoch: noEpoch,
    currentLeader: noLeader,
    snapshotId: noSnapshot,
    abortedTransactions: null,
    preferredReadReplica: -1,
    records: noRecords,
  }
}

function refused(partitionIndex: number, errorCode: number): FetchPartitionData {
  return {
    partitionIndex,
    errorCode,
    highWatermark: -1,
    lastStableOffset: -1,
    logStartOffset: -1,
    divergingEpoch: noEpoch,
    currentLeader: noLeader,
    snapshotId: noSnapshot,
    abortedTransactions: null,
    preferredReadReplica: -1,
    records: noRecords,
  }
}

/** As `refused`, where it is not even looked for the log. Kafka lists no transactions there rather than nothing. */
function closed(partitionIndex: number, errorCode: number): FetchPartitionData {
  return { ...refused(partitionIndex, errorCode), abortedTransactions: [] }
}

/** The answer to a broker that is no replica of the partition: who leads it (KIP-951). */
function notReplicated(
  { version }: RequestContext<FetchRequest>,
  partitionIndex: number,
  { config }: BrokerContext,
  { leaderEpoch }: PartitionLog,
): FetchPartitionData {
  const answer = refused(partitionIndex, kafkaErrors.NOT_LEADER_OR_FOLLOWER.code)
  if (version < leadersSince) return answer
  return { ...answer, currentLeader: { leaderId: config['node.id'], leaderEpoch } }
}

function empty(sessionId: number): FetchResponse {
  return { throttleTimeMs: 0, errorCode: 0, sessionId, responses: [], nodeEndpoints: [] }
}
