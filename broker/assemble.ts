/**
 * Puts a broker's parts together over one data directory, each over those before it.
 *
 *   logs ── topics (registry; opens every partition) ── groups ── transactions (markers into both) ── handlers
 *
 * An append wakes the fetches that wait for its log; a deleted topic wakes them too, and leaves the groups' memory.
 */
import type { Clock } from '../src/base/clock.ts'
import type { Random } from '../src/base/random.ts'
import { brokerConfig, type BrokerConfig, type BrokerConfigInput } from './config.ts'
import { GroupCoordinator } from './coordinator/group/coordinator.ts'
import { TransactionCoordinator } from './coordinator/transaction/coordinator.ts'
import { markerTargets } from './coordinator/transaction/marker-targets.ts'
import { producerIdFile } from './coordinator/transaction/producer-id-file.ts'
import type { BrokerContext } from './handlers/handler.ts'
import { apiHandlers } from './handlers/table.ts'
import { internalTopic } from './internal-topic-log.ts'
import type { FileSystem } from './log/files.ts'
import { logConfigOf } from './log/log-config.ts'
import type { LogDirectory } from './log/log-directory.ts'
import { openDirectory } from './log/opening.ts'
import { ReadAhead } from './log/read-ahead.ts'
import { topicConfig } from './metadata/topic-config.ts'
import { loadClusterIdentity } from './metadata/cluster.ts'
import { refuseForeignData } from './metadata/foreign-data.ts'
import { LiveConfigs } from './metadata/live-config.ts'
import { openMetadataLog } from './metadata/metadata-log.ts'
import { Topics } from './metadata/topics.ts'
import { BufferPool } from './net/buffer-pool.ts'
import { DelayedRequests } from './net/delayed.ts'
import { FetchSessions } from './net/fetch-sessions.ts'
import { AclIndex } from './security/acl-index.ts'
import { Authorizer } from './security/authorizer.ts'
import { QuotaEntities } from './security/quota-entities.ts'
import { Quotas } from './security/quotas.ts'
import { ScramCredentials } from './security/scram-credentials.ts'

/** What a broker is made of: all that it does not make itself. */
export interface Surroundings {
  readonly directory: string
  readonly files: FileSystem
  readonly clock: Clock
  readonly random: Random
  readonly config: BrokerConfigInput | undefined
  readonly signal?: AbortSignal | undefined
}

/** Opens the parts. Whatever fails here leaves the directory unlocked and as it was found. */
export async function assemble(surroundings: Surroundings): Promise<BrokerContext> {
  const config = brokerConfig(surroundings.config)
  refuseForeignData(surroundings.files, surroundings.directory)
  const recordMemory = new BufferPool()
  const logs = await openLogs(surroundings, config, recordMemory)
  try {
    const context = assembleOver({ logs, config, recordMemory }, surroundings)
    await startCoordinators(context)
    return context
  } catch (error) {
    await logs.close()
    throw error
  }
}

/** A start that fails leaves no timer behind, which would keep the process from its end. */
async function startCoordinators({ groups, transactions }: BrokerContext): Promise<void> {
  try {
    groups.start()
    await transactions.start()
  } catch (error) {
    transactions.close()
    groups.close()
    throw error
  }
}

function openLogs(
  { files, directory, clock, random, signal }: Surroundings,
  config: BrokerConfig,
  memory: BufferPool,
): Promise<LogDirectory> {
  // The registry is in one of the logs: until it is read, all have the broker's defaults.
  const defaults = logConfigOf(topicConfig({}, config).values)
  const options = {
    files,
    root: directory,
    nowMs: clock.now(),
    random,
    logConfig: () => defaults,
    durability: config.durability,
    tailBytesMax: config['log.tail.cache.bytes'],
    tailBytesMaxTotal: config['log.tail.cache.total.bytes'],
    readAhead: new ReadAhead({ clock, memory }),
    producerIdExpirationMs: config['producer.id.expiration.ms'],
    cleanerEnabled: config['log.cleaner.enable'],
    cleanerBytesMax: config['log.cleaner.dedupe.buffer.size'],
    cleanerBackoffMs: config['log.cleaner.backoff.ms'],
    retentionIntervalMs: config['log.retention.check.interval.ms'],
    checkpointIntervalMs: config['log.flush.offset.checkpoint.interval.ms'],
  }
  return openDirectory(options, { clock, signal })
}

interface OpenParts {
  readonly logs: LogDirectory
  readonly config: BrokerConfig
  readonly recordMemory: BufferPool
}

function assembleOver({ logs, config, recordMemory }: OpenParts, surroundings: Surroundings): BrokerContext {
  const { directory, files, clock, random } = surroundings
  const identity = loadClusterIdentity({ store: logs, random, config })
  const delayed = new DelayedRequests({ clock, parkedMax: config['fetch.parked.max'] })
  const metadata = openMetadataLog(logs, config, clock)
  const topics = new Topics({
    logs,
    config,
    clock,
    random,
    metadata,
    listener: {
      opened: log => void log.onAppend(() => delayed.wake(log)),
      removed(topic) {
        for (const log of topic.logs) delayed.wake(log)
        groups.topicDeleted(topic.name)
      },
    },
  })
  topics.load()
  const { nodeId } = identity
  const liveConfigs = new LiveConfigs({
    store: metadata,
    clock,
    config,
    nodeId,
    onChanged: () => topics.reconfigure(),
  })
  const offsets = internalTopic('__consumer_offsets', { topics, clock })
  const groups = new GroupCoordinator({ topic: offsets, clock, random, config, topics, times: liveConfigs })
  const transactions = new TransactionCoordinator({
    topic: internalTopic('__transaction_state', { topics, clock }),
    targets: markerTargets({ topics, groups, clock }),
    producerIds: producerIdFile(files, directory),
    clock,
    config,
  })
  const slots = config['max.incremental.fetch.session.cache.slots']
  const fetchSessions = new FetchSessions({ clock, random, slots })
  return {
    config,
    directory,
    clock,
    random,
    identity,
    logs,
    recordMemory,
    topics,
    groups,
    transactions,
    liveConfigs,
    delayed,
    fetchSessions,
    authorizer: new Authorizer(new AclIndex(metadata, clock), config),
    quotas: new Quotas(new QuotaEntities(metadata, clock), clock, config),
    credentials: new ScramCredentials(metadata, clock),
    apis: apiHandlers,
  }
}
