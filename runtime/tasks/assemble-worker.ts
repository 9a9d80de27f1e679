/** Puts a worker together: clients, assignor, and the making of tasks with their stores. */
import { StreamsError } from '../../src/base/errors.ts'
import type { TopicPartition } from '../../src/base/topic-partition.ts'
import type { App } from '../../src/dsl/app.ts'
import { SourceChangelog } from '../../src/engine/source-changelog.ts'
import type { Drop } from '../../src/engine/drop.ts'
import type { ErrorPolicies } from '../../src/processor/error-policy.ts'
import type { Serde } from '../../src/serdes/serde.ts'
import type { StateStore } from '../../src/state/store.ts'
import { realTopicName } from '../../src/topology/internal-topics.ts'
import { ageOf, type OffsetReset } from '../../src/topology/offset-reset.ts'
import type { Subtopology } from '../../src/topology/subtopologies.ts'
import type { Topology } from '../../src/topology/topology.ts'
import { encodeUserData, streamsAssignor } from '../assign/streams-assignor.ts'
import { topologyFingerprint } from '../assign/fingerprint.ts'
import { Admin } from '../client/admin.ts'
import type { Cluster } from '../client/cluster.ts'
import { Fetcher, type FetcherOptions } from '../client/fetcher.ts'
import { GroupMember } from '../client/group-member.ts'
import { GroupOffsets, type CommittedOffset } from '../client/offsets.ts'
import { Producer } from '../client/producer.ts'
import type { ResolvedOptions } from '../options.ts'
import { ChangelogReader, type RestoreOutcome, type RestoreSource } from '../restore/changelog-reader.ts'
import type { StateDirectory } from '../state/state-directory.ts'
import type { PatternTopics } from '../topics/pattern-topics.ts'
import type { PreparedSubtopology, PreparedTopics } from '../topics/prepare-topics.ts'
import { AcknowledgedOffsets } from './acknowledged-offsets.ts'
import { grown } from './grown-topic.ts'
import { ProducerCollector } from './producer-collector.ts'
import { StreamTask } from './stream-task.ts'
import { TaskSubscription } from './subscription.ts'
import { openTaskStores } from './task-stores.ts'
import { Worker } from './worker.ts'

export interface AssembleOptions {
  readonly app: App
  readonly topology: Topology
  readonly cluster: Cluster
  readonly directory: StateDirectory
  readonly prepared: PreparedTopics
  readonly patterns: PatternTopics
  readonly options: ResolvedOptions
  /** Global stores by name, which all tasks read. */
  readonly globals: ReadonlyMap<string, StateStore>
}

export interface AssembledWorker {
  readonly worker: Worker
  /** Grows with each restore. */
  readonly restored: readonly RestoreOutcome[]
  /** By store name. */
  readonly stores: ReadonlyMap<string, StoreKeys>
}

/** Where the keys of a store are: which partition has which, on whatever instance. */
export interface StoreKeys {
  readonly keySerde: Serde<unknown>
  readonly partitionCount: number
}

/**
 * Milliseconds that a transaction may stay open before the coordinator aborts it. Longer than a rebalance takes, since no
 * commit is made during one; a crashed instance does not wait for it, because its successor fences it by name.
 */
const transactionTimeoutMs = 60_000
/** What brokers allow unless they are told otherwise (transaction.max.timeout.ms). */
const transactionTimeoutMsMax = 15 * 60_000

/** How long asynchronous calls, one behind the other, may keep a transaction open. */
function callsMsMax({ nodes }: Topology): number {
  return [...nodes.values()].reduce(
    (sum, node) => sum + (node.kind === 'processor' ? (node.waitMsMax ?? 0) : 0),
    0,
  )
}

export function assembleWorker(assemble: AssembleOptions): AssembledWorker {
  const { app, topology, cluster, directory, prepared, options } = assemble
  const exactlyOnce = options.guarantee === 'exactly-once'
  const acknowledged = new AcknowledgedOffsets()
  const producer = producerOf(assemble, acknowledged)
  const isolation = exactlyOnce ? 'read_committed' : 'read_uncommitted'
  const fetcher = new Fetcher({
    cluster,
    isolation,
    offsetReset: offsetResets(assemble),
  })
  const offsets = new GroupOffsets(cluster, app.id)
  const restored: RestoreOutcome[] = []
  const onAsyncReady = (): void => worker.onAsyncReady()
  const createTask = taskFactory({
    ...assemble,
    producer,
    acknowledged,
    offsets,
    restored,
    isolation,
    onAsyncReady,
  })
  const { patterns } = assemble
  const subscription = new TaskSubscription(prepared, patterns)
  const fingerprint = topologyFingerprint(topology.describe())
  const member: GroupMember = new GroupMember({
    cluster,
    groupId: app.id,
    topics: subscription.topics,
    topicsCheckIntervalMs: options.topicsCheckIntervalMs,
    ...(patterns.exist && { currentTopics: () => subscription.current() }),
    instanceId: options.instanceId ?? directory.instanceId,
    heartbeatIntervalMs: options.heartbeatIntervalMs,
    assignors: [streamsAssignor(subscription.subtopologies, fingerprint)],
    userData: () => encodeUserData({ version: 1, fingerprint }),
    onAssigned: assignment => worker.onAssigned(assignment),
    onRevoked: partitions => worker.onRevoked(partitions),
    onLost: partitions => worker.onLost(partitions),
    onWork: () => fetcher.wakeUp(),
  })
  const worker: Worker = new Worker({
    applicationId: app.id,
    producer,
    fetcher,
    member,
    offsets,
    exactlyOnce,
    clock: cluster.clock,
    logger: options.logger,
    commitIntervalMs: options.commitIntervalMs,
    leavesOnClose: options.instanceId === undefined,
    subtopologyCount: subscription.subtopologies.length,
    repartitionTopics: new Set(prepared.repartitionTopics),
    admin: new Admin(cluster),
    taskIdOf: partition => subscription.taskIdOf(partition),
    isMatched: topic => subscription.isMatched(topic),
    onTopicGone: error => looksAfterTopics(error, subscription, { worker, member }),
    createTask,
  })
  return { worker, restored, stores: storeKeys(prepared) }
}

/** Writes results and changelogs: in transactions, where they are to be there exactly once. */
function producerOf(
  { app, topology, cluster, directory, options }: AssembleOptions,
  acknowledged: AcknowledgedOffsets,
): Producer {
  const exactlyOnce = options.guarantee === 'exactly-once'
  return new Producer({
    cluster,
    lingerMs: 100,
    onBatchAcked: acknowledged.record,
    ...(exactlyOnce && {
      transactionalId: `${app.id}-${directory.instanceId}-0`,
      transactionTimeoutMs: Math.min(transactionTimeoutMsMax, transactionTimeoutMs + callsMsMax(topology)),
    }),
  })
}

/** Whether a fetch has failed because a topic that a pattern matched is gone: then the group is told. */
async function looksAfterTopics(
  error: unknown,
  subscription: TaskSubscription,
  { worker, member }: { readonly worker: Worker; readonly member: GroupMember },
): Promise<boolean> {
  if (!(error instanceof StreamsError) || error.code !== 'MR-2001') return false
  const read = [...worker.tasks.values()].flatMap(({ partitions }) => partitions)
  if (!(await subscription.hasLost(read.map(({ topic }) => topic)))) return false
  await member.refreshSubscription()
  return true
}

function storeKeys({ subtopologies, partitionCounts }: PreparedTopics): Map<string, StoreKeys> {
  const stores = new Map<string, StoreKeys>()
  for (const { subtopology, sourceTopics } of subtopologies) {
    const partitionCount = Math.max(0, ...sourceTopics.map(topic => partitionCounts.get(topic) ?? 0))
    for (const { name, keySerde } of subtopology.stores) stores.set(name, { keySerde, partitionCount })
  }
  return stores
}

/** Where a topic is read from without a committed offset: what its source says, else the beginning. */
function offsetResets({
  app,
  topology,
  patterns,
  cluster,
}: AssembleOptions): NonNullable<FetcherOptions['offsetReset']> {
  const resets = new Map<string, OffsetReset>()
  for (const node of topology.nodes.values())
    if (node.kind === 'source' && node.offsetReset !== undefined)
      for (const topic of node.topics) resets.set(realTopicName(topology, app.id, topic), node.offsetReset)
  return topic => {
    const reset = resets.get(topic) ?? patterns.sourceOf(topic)?.offsetReset ?? 'earliest'
    return typeof reset === 'object' ? { fromTimestamp: cluster.clock.now() - ageOf(reset) } : reset
  }
}

interface FactoryOptions extends AssembleOptions {
  readonly producer: Producer
  readonly acknowledged: AcknowledgedOffsets
  readonly offsets: GroupOffsets
  readonly restored: RestoreOutcome[]
  readonly isolation: 'read_committed' | 'read_uncommitted'
  readonly onAsyncReady: () => void
}

function taskFactory(factory: FactoryOptions) {
  const { app, topology, cluster, directory, prepared, options, restored, offsets } = factory
  const reader = new ChangelogReader({ cluster, admin: new Admin(cluster), isolation: factory.isolation })
  const collector = new ProducerCollector(
    factory.producer,
    topic => prepared.partitionCounts.get(topic) ?? cluster.partitionCount(topic),
  )
  const logDrop = dropLogger(options)
  return async (id: string, partitions: readonly TopicPartition[]): Promise<StreamTask> => {
    const [subtopologyId, partition] = id.split('_').map(Number) as [number, number]
    const part = prepared.subtopologies.find(entry => entry.subtopology.id === subtopologyId)!
    const subtopology = factory.patterns.boundPart(subtopologyId, partitions)
    const changelogs = changelogsOf(part, partitions)
    // Inputs may get partitions while the application runs; where there is state, that has no place for their keys.
    for (const { topic } of changelogs.values())
      if (partition >= (prepared.partitionCounts.get(topic) ?? 0)) throw grown(partitions)
    const committed = await offsets.fetch(partitions)
    const { stores: definitions } = subtopology
    const kept = { applicationId: app.id, directory, taskId: id, definitions, changelogs }
    const { stores, databases } = await openTaskStores(kept)
    return new StreamTask({
      id,
      partition,
      partitions,
      committed,
      stores,
      databases,
      collector,
      acknowledged: factory.acknowledged,
      bufferedBytesMax: options.bufferedBytesMax,
      isGone: topic =>
        factory.patterns.exist &&
        cluster.cached(topic) === undefined &&
        factory.patterns.sourceOf(topic) !== undefined,
      engine: {
        applicationId: app.id,
        subtopology,
        globalStores: factory.globals,
        clock: cluster.clock,
        random: cluster.random,
        onAsyncReady: factory.onAsyncReady,
        topicName: topic => realTopicName(topology, app.id, topic),
        hasInput: topic => partitions.some(each => each.topic === topic),
        cache: options.cache,
        maxTaskIdleMs: options.maxTaskIdleMs,
        onDrop: logDrop,
        onError: app.onError,
        keepsHeaders: app.headers === 'keep',
        stateDirectory: directory.filesOf(id),
        deadLetterTopic: app.dlq?.name,
        print: options.print,
      },
      restore: signal =>
        reader.restore(
          stores.flatMap(({ store, database, changelog }) => {
            if (changelog === undefined) return []
            const source = changelog.isInput
              ? restoreSource(subtopology, store.name, partition, committed, app.onError)
              : undefined
            return [{ store, database, partition, ...changelog, source }]
          }),
          signal,
        ),
      onRestored: outcomes => {
        restored.push(...outcomes)
        for (const outcome of outcomes) logRestore(options, id, outcome)
      },
    })
  }
}

/** The changelogs of a task: an input that has no partition for it has nothing of its store either (semantics O5). */
function changelogsOf(
  { changelogs }: PreparedSubtopology,
  partitions: readonly TopicPartition[],
): PreparedSubtopology['changelogs'] {
  const inputs = new Set(partitions.map(({ topic }) => topic))
  return new Map([...changelogs].filter(([, { topic, isInput }]) => !isInput || inputs.has(topic)))
}

/** What a store whose changelog is an input is restored from, and how far. */
function restoreSource(
  subtopology: Subtopology,
  storeName: string,
  partition: number,
  committed: readonly CommittedOffset[],
  onError: ErrorPolicies,
): RestoreSource {
  const store = subtopology.stores.find(({ name }) => name === storeName)!
  const changelog = new SourceChangelog({ subtopology, store, partition, onError })
  return {
    committed: committed.find(({ topic }) => topic === store.changelogTopic)?.offset,
    rowsOf: (chunk, end) => changelog.rowsOf(chunk, end),
  }
}

function logRestore({ logger }: ResolvedOptions, task: string, outcome: RestoreOutcome): void {
  if (outcome.records === 0) return
  const { store, records, fromOffset, toOffset, wiped } = outcome
  const from = wiped === undefined ? `the tail from offset ${fromOffset}` : `everything (${wiped})`
  logger.log('info', `task ${task}: restored ${records} records of '${store}': ${from} to ${toOffset}`)
}

/** Logs the first drop of each node and reason; the counts are the task's. */
function dropLogger({ logger }: ResolvedOptions): (drop: Drop) => void {
  const logged = new Set<string>()
  return ({ node, reason, topic, partition, offset }) => {
    const kind = `${node}\0${reason}`
    if (logged.has(kind)) return
    logged.add(kind)
    const place = topic === undefined ? 'during a punctuation' : `at ${topic}-${partition}@${offset}`
    logger.log(
      'warn',
      `'${node}' drops records (${reason}), the first ${place}; further ones are only counted`,
    )
  }
}
