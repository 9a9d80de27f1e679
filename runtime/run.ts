/**
 * `run`: starts an application in this process, on an embedded broker unless it is given one.
 *
 * The order of the start matters: the state directory is claimed first (nothing else may run on it), topics come
 * second (partition counts decide the tasks), and the producer fences its predecessor before the first store is
 * restored, so that the changelogs have ended.
 */
import type { App } from '../src/dsl/app.ts'
import { GlobalStores } from '../src/engine/global-stores.ts'
import { Admin } from './client/admin.ts'
import type { Cluster } from './client/cluster.ts'
import { kafkaBrokers, openCluster, type Brokers } from './brokers.ts'
import { startEmbeddedBroker } from './embedded.ts'
import { resolveOptions, type ResolvedOptions, type RunOptions } from './options.ts'
import type { RestoreOutcome } from './restore/changelog-reader.ts'
import { GlobalReader } from './restore/global-reader.ts'
import { RunningApp } from './running-app.ts'
import { StateDirectory } from './state/state-directory.ts'
import { systemRandom } from '../system/random.ts'
import { assembleWorker } from './tasks/assemble-worker.ts'
import { PatternTopics } from './topics/pattern-topics.ts'
import { prepareTopics } from './topics/prepare-topics.ts'

export type { RestoreOutcome }

/**
 * Starts an application and resolves once its loop runs; results follow as its inputs arrive.
 *
 * Rejects with MR-4001 when another process uses the data or state directory, MR-2001 for a topic that does not exist,
 * MR-2101 when joined topics have different partition counts, MR-2102 for an internal topic that does not fit, and with
 * the errors of building the topology (MR-1xxx). What goes wrong later rejects `closed`.
 *
 * @example
 * ```ts
 * import { defineApp, json, string, topic } from 'millrace'
 * import { createTopics, readTopic, run, startEmbeddedBroker, TopicWriter } from 'millrace/runtime'
 *
 * const lines = topic('lines', { key: string(), value: string() })
 * const counts = topic('counts', { key: string(), value: json<number>() })
 * const app = defineApp({
 *   id: 'word-count',
 *   build: b => b.stream(lines).groupBy(word => word).count('word-counts').toStream().to(counts),
 * })
 *
 * await using broker = await startEmbeddedBroker({ directory: './data' })
 * await createTopics(broker, [lines, counts])
 * await using writer = await TopicWriter.open(broker)
 * await writer.send(lines, undefined, 'mill')
 * await writer.flush()
 *
 * await using running = await run(app, { broker, stateDirectory: './state' })
 * await running.caughtUp()
 * for await (const { key, value } of readTopic(broker, counts)) console.log(key, value) // mill 1
 * ```
 */
export async function run(app: App, options: RunOptions = {}): Promise<RunningApp> {
  const resolved = resolveOptions(options, app)
  const topology = app.topology()
  // Builds everything that can be refused before anything is opened.
  topology.subtopologies()
  const closers: (() => Promise<void>)[] = []
  try {
    const { broker: given } = options
    const broker =
      typeof given === 'string' ? kafkaBrokers(given) : (given ?? (await ownBroker(resolved, closers)))
    const running = await start(app, broker, resolved, closers)
    connectSignals(running, options)
    announce(running, resolved)
    return running
  } catch (error) {
    for (const close of closers.reverse()) await close()
    throw error
  }
}

async function ownBroker(
  { dataDirectory }: ResolvedOptions,
  closers: (() => Promise<void>)[],
): Promise<Brokers> {
  const broker = await startEmbeddedBroker({ directory: dataDirectory })
  closers.push(() => broker.close())
  return broker
}

async function start(
  app: App,
  broker: Brokers,
  options: ResolvedOptions,
  closers: (() => Promise<void>)[],
): Promise<RunningApp> {
  const directory = await StateDirectory.open({
    root: options.stateDirectory,
    applicationId: app.id,
    random: systemRandom,
  })
  closers.push(() => directory.close())
  const cluster = openCluster(broker, `${app.id}-${directory.instanceId}`)
  closers.push(() => cluster.close())
  const topology = app.topology()
  const admin = new Admin(cluster)
  const patterns = new PatternTopics({ topology, applicationId: app.id, admin })
  const prepared = await prepareTopics({
    admin,
    topology,
    applicationId: app.id,
    patterns,
    declared: app.topics(),
    deadLetterTopic: app.dlq?.name,
    createDeclared: options.createTopics,
    partitionsDefault: options.partitions,
  })
  const globals = await openGlobals(app, cluster, options)
  closers.push(() => globals.reader.close())
  const { readable } = globals.stores
  const assembled = assembleWorker({
    app,
    topology,
    cluster,
    directory,
    prepared,
    patterns,
    options,
    globals: readable,
  })
  globals.reader.follow(error => assembled.worker.fail(error))
  const ignore = broker.onStorageFailure(failure => assembled.worker.fail(failure))
  closers.push(() => Promise.resolve(ignore()))
  return new RunningApp({
    ...assembled,
    globals: readable,
    applicationId: app.id,
    closers,
    logger: options.logger,
  })
}

/** Global stores, with all that their topics hold: tables that lack rows would give wrong results. */
async function openGlobals(
  app: App,
  cluster: Cluster,
  { guarantee, logger }: ResolvedOptions,
): Promise<{ readonly stores: GlobalStores; readonly reader: GlobalReader }> {
  const { onError } = app
  const parts = app.topology().globalParts()
  const stores = new GlobalStores({ applicationId: app.id, clock: cluster.clock, parts, onError })
  const isolation = guarantee === 'exactly-once' ? 'read_committed' : 'read_uncommitted'
  const reader = await GlobalReader.open({ cluster, stores, isolation })
  if (parts.length > 0) logger.log('info', `global stores: read ${reader.bootstrapRecords} records`)
  return { stores, reader }
}

/** Tells the operator of the application's beginning and end. */
function announce(running: RunningApp, { logger, guarantee, commitIntervalMs }: ResolvedOptions): void {
  const { applicationId } = running
  logger.log('info', `'${applicationId}' is running, ${guarantee}, a commit every ${commitIntervalMs} ms`)
  running.closed.then(
    () => logger.log('info', `'${applicationId}' has closed`),
    () => {
      // The application has logged its error itself.
    },
  )
}

/** Lets signals and an `AbortSignal` end the application; a second signal ends the process at once. */
function connectSignals(running: RunningApp, { signal, handleSignals }: RunOptions): void {
  const close = (): void =>
    void running.close().catch(() => {
      // The same error rejects `closed`, which is where callers look.
    })
  if (signal?.aborted === true) close()
  signal?.addEventListener('abort', close, { once: true })
  // A signal may outlive many applications.
  const deafen = (): void => signal?.removeEventListener('abort', close)
  running.closed.then(deafen, deafen)
  if (handleSignals !== true) return
  const signals = ['SIGTERM', 'SIGINT'] as const
  let received = 0
  const onSignal = (): void => {
    received += 1
    if (received > 1) process.exit(1)
    close()
  }
  for (const name of signals) process.on(name, onSignal)
  const forget = (): void => {
    for (const name of signals) process.off(name, onSignal)
  }
  running.closed.then(forget, forget)
}
