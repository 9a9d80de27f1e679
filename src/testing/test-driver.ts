/**
 * The test driver: runs an application in memory, one record at a time, with time that only the test moves.
 *
 * Every task of every sub-topology runs, repartition topics included: what a task commits is appended to its topics and
 * handed to the tasks that read them. While any task has a record, the one whose next record has the smallest
 * timestamp goes on. A task commits after every record, unless the application caches: then at `commit()`.
 */
import { toMilliseconds, type Duration } from '../base/duration.ts'
import { StreamsError } from '../base/errors.ts'
import type { Drop } from '../engine/task-scope.ts'
import type { GlobalStores } from '../engine/global-stores.ts'
import type { TaskPosition } from '../engine/task-engine.ts'
import { realTopicName } from '../topology/internal-topics.ts'
import type { StoreDefinition } from '../topology/node.ts'
import { planPartitions, type PartitionPlan } from '../topology/partition-counts.ts'
import type { Topology } from '../topology/topology.ts'
import { countsOf, startGlobals } from './driver-start.ts'
import { DriverTask, type SentRecord } from './driver-task.ts'
import { ManualClock } from './manual-clock.ts'
import { TestInput, type InputTopic } from './test-input.ts'
import { TestOutput, type OutputTopic } from './test-output.ts'
import { TestSessionStore } from './test-session-store.ts'
import { TestKeyValueStore, TestWindowStore, type Place } from './test-store.ts'
import { chunkOf, TopicLog } from './topic-log.ts'

/** What the driver runs: what `defineApp` answers, or as much of it by hand around a `Topology`. */
export interface TestedApp {
  readonly id: string
  readonly cache?: boolean
  topology(): Topology
  /** Topics that the application does not own, for their partition counts. */
  topics?(): readonly { readonly name: string; readonly partitions?: number | undefined }[]
}

export interface TestDriverOptions {
  /** The wall clock at first. Default: 0, the epoch. */
  readonly startAt?: number | Date
  /** Whether tables put out only the last update of each key per commit, and commits wait for `commit()`. Default: as the application says. */
  readonly cache?: boolean
  /** Partition counts by topic. Default: what the topic was declared with, else 1. */
  readonly partitions?: Readonly<Record<string, number>>
  /** Whether values are frozen on their way, so that code which changes one throws. Default true. */
  readonly freeze?: boolean
  /** What becomes of a record that cannot be deserialised. Default: MR-3001 is thrown. */
  readonly onDeserializationError?: (error: StreamsError) => 'fail' | 'skip'
}

/**
 * Makes a driver for `app`. Building the topology may throw what is wrong with it; `using` closes the driver.
 *
 * @example
 * ```ts
 * import { defineApp, integer, string, topic } from 'millrace'
 * import { testDriver } from 'millrace/testing'
 *
 * const lines = topic('lines', { key: string(), value: string() })
 * const counts = topic('counts', { key: string(), value: integer() })
 * const app = defineApp({
 *   id: 'word-count',
 *   build(b) {
 *     b.stream(lines).flatMapValues(line => line.split(' ')).groupBy(word => word).count('words').toStream().to(counts)
 *   },
 * })
 *
 * using driver = testDriver(app)
 * driver.input(lines).send('k', 'to be or not to be')
 * console.log(driver.output(counts).toMap()) // Map { 'to' => 2, 'be' => 2, 'or' => 1, 'not' => 1 }
 * ```
 */
export function testDriver(app: TestedApp, options: TestDriverOptions = {}): TestDriver {
  return new TestDriver(app, options)
}

export class TestDriver {
  private readonly app: TestedApp
  private readonly options: TestDriverOptions
  private readonly topology: Topology
  private readonly plan: PartitionPlan
  private readonly clock: ManualClock
  private readonly cache: boolean
  private readonly declaredCounts: ReadonlyMap<string, number>
  private readonly logs = new Map<string, TopicLog>()
  private readonly inputs = new Map<string, TestInput<never, never>>()
  private readonly outputs = new Map<string, TestOutput<unknown, unknown>>()
  private readonly dropList: Drop[] = []
  /** The tasks that read a topic, by partition. */
  private readers = new Map<string, DriverTask[]>()
  private tasks: DriverTask[] = []
  private globals!: GlobalStores
  private stopped: string | undefined

  constructor(app: TestedApp, options: TestDriverOptions) {
    const { startAt = 0 } = options
    this.app = app
    this.options = options
    this.topology = app.topology()
    this.cache = options.cache ?? app.cache ?? false
    this.clock = new ManualClock(typeof startAt === 'number' ? startAt : startAt.getTime())
    this.declaredCounts = countsOf(app, options)
    this.plan = planPartitions(this.topology, topic => this.declaredCounts.get(topic) ?? 1)
    this.startTasks(new Map())
  }

  /** The end of a topic that the application reads, to write to it. MR-2001 when it does not read it. */
  input<K, V>(topic: InputTopic<K, V>): TestInput<K, V> {
    const read = [...this.readers.keys(), ...this.globals.topics]
    if (!read.includes(topic.name)) throw this.unknown(topic.name, 'read', read)
    const known = this.inputs.get(topic.name)
    if (known !== undefined) return known as unknown as TestInput<K, V>
    const log = this.log(topic.name)
    const input = new TestInput<K, V>(topic, {
      partitionCount: log.partitionCount,
      now: () => this.clock.now(),
      write: (partition, key, value, timestamp, headers) => {
        // Written while the application is down, records wait in the topic, as they would on a broker.
        const record = log.append(partition, { key, value, timestamp, headers })
        if (this.stopped !== undefined) return
        if (this.globals.topics.includes(log.name)) {
          this.guard(() => this.globals.add(log.name, partition, chunkOf(record)))
        } else {
          this.tasksOf(log.name)[partition]!.engine.addRecords(log.name, partition, chunkOf(record))
          this.run()
        }
      },
    })
    this.inputs.set(topic.name, input)
    return input
  }

  /** The end of a topic that the application writes, to read it. The same at every call: what was read stays read. */
  output<K, V>(topic: OutputTopic<K, V>): TestOutput<K, V> {
    const sinks = this.topology.subtopologies().flatMap(part => part.sinks)
    const isStatic = sinks.every(sink => typeof sink.topic === 'string')
    const written = sinks.map(({ topic }) =>
      typeof topic === 'string' ? this.realName(topic) : topic.describeAs,
    )
    if (isStatic && !written.includes(topic.name)) throw this.unknown(topic.name, 'write', written)
    let output = this.outputs.get(topic.name)
    if (output === undefined) {
      output = new TestOutput<unknown, unknown>(topic, this.log(topic.name))
      this.outputs.set(topic.name, output)
    }
    return output as TestOutput<K, V>
  }

  /** A key-value store by its name, all partitions together. MR-1001 when there is none. */
  store<K = unknown, V = unknown>(name: string): TestKeyValueStore<K, V> {
    this.checkStore(name, 'key-value')
    return new TestKeyValueStore(() => this.placesOf(name))
  }

  /** A window store by its name, all partitions together. MR-1001 when there is none. */
  windowStore<K = unknown, V = unknown>(name: string): TestWindowStore<K, V> {
    this.checkStore(name, 'window')
    return new TestWindowStore(() => this.placesOf(name))
  }

  /** A session store by its name, all partitions together. MR-1001 when there is none. */
  sessionStore<K = unknown, V = unknown>(name: string): TestSessionStore<K, V> {
    this.checkStore(name, 'session')
    return new TestSessionStore(() => this.placesOf(name))
  }

  /** Moves the wall clock, and runs the wall-clock punctuations that are due then. The same as `advanceWallClock`. */
  advance(duration: Duration): void {
    this.advanceWallClock(duration)
  }

  /** Moves the wall clock, and runs the wall-clock punctuations that are due then; each at most once. */
  advanceWallClock(duration: Duration): void {
    this.checkRunning()
    this.clock.advance(toMilliseconds(duration))
    this.guard(() => {
      for (const task of this.tasks) if (task.engine.punctuate() && !this.cache) this.publish(task.commit())
    })
    this.run()
  }

  /** Moves the stream time of every task on by `duration`, as a record would, and runs what is due by it. */
  advanceStreamTime(duration: Duration): void {
    this.checkRunning()
    const by = toMilliseconds(duration)
    this.guard(() => {
      for (const task of this.tasks) {
        task.engine.advanceStreamTime(Math.max(0, task.engine.streamTime) + by)
        if (!this.cache) this.publish(task.commit())
      }
    })
    this.run()
  }

  /** The wall clock, milliseconds since the epoch. */
  get now(): number {
    return this.clock.now()
  }

  /** Commits every task, and goes on until nothing is held back any more. Of use with `cache` only. */
  commit(): void {
    this.checkRunning()
    for (let sent = true; sent;) {
      sent = false
      for (const task of this.tasks) {
        const records = this.guard(() => task.commit())
        sent ||= records.length > 0
        this.publish(records)
      }
      this.run()
    }
  }

  /** Kills the application: what was not committed is lost, and so is every store. `restart` brings it back. */
  crash(): void {
    this.checkRunning()
    this.stopped = 'the application has crashed'
  }

  /** Starts anew after a crash or an error: stores are restored from their changelogs, input goes on after the last commit. */
  restart(): void {
    if (this.stopped === undefined) this.closeTasks()
    this.stopped = undefined
    this.startTasks(new Map(this.tasks.map(task => [task.engine.id, task.committed])))
    this.run()
  }

  /** Every record that the rules have dropped, with the node and the reason. */
  drops(): readonly Drop[] {
    return this.dropList
  }

  /** The topology as text, as Kafka prints it. */
  describe(): string {
    return this.topology.describe()
  }

  /** Closes the processors. Idempotent. */
  close(): void {
    if (this.stopped === undefined) this.closeTasks()
    this.stopped = 'the driver is closed'
  }

  [Symbol.dispose](): void {
    this.close()
  }

  private startTasks(committed: ReadonlyMap<string, readonly TaskPosition[]>): void {
    this.tasks = []
    this.readers = new Map()
    const parts = this.topology.globalParts()
    const options = { ...this.engineOptions(), applicationId: this.app.id, parts }
    this.globals = startGlobals(options, topic => this.log(topic))
    for (const subtopology of this.topology.subtopologies()) {
      for (let partition = 0; partition < this.plan.taskCounts[subtopology.id]!; partition++) {
        const task = new DriverTask({
          applicationId: this.app.id,
          subtopology,
          partition,
          topic: name => this.log(name),
          committed: committed.get(`${subtopology.id}_${partition}`) ?? [],
          engine: { ...this.engineOptions(), globalStores: this.globals.readable },
        })
        this.tasks.push(task)
        for (const topic of subtopology.sourceTopics) this.feed(task, this.realName(topic), partition)
      }
    }
  }

  private engineOptions() {
    const { freeze = true, onDeserializationError } = this.options
    return {
      clock: this.clock,
      cache: this.cache,
      freeze,
      topicName: (topic: string) => this.realName(topic),
      hasInput: (topic: string, partition: number) => partition < this.log(topic).partitionCount,
      onDrop: (drop: Drop) => void this.dropList.push(drop),
      ...(onDeserializationError === undefined ? {} : { onDeserializationError }),
    }
  }

  /** Connects a task to an input partition, and hands it what it has not processed yet. */
  private feed(task: DriverTask, topic: string, partition: number): void {
    const log = this.log(topic)
    const readers = this.tasksOf(topic)
    this.readers.set(topic, readers)
    if (partition >= log.partitionCount) return
    readers[partition] = task
    const position = task.committed.find(each => each.topic === topic)
    for (const record of log.partition(partition).slice(position?.offset ?? 0)) {
      task.engine.addRecords(topic, partition, chunkOf(record))
    }
  }

  /** Processes until no task has anything left. */
  private run(): void {
    this.guard(() => {
      for (let task = this.nextTask(); task !== undefined; task = this.nextTask()) {
        task.engine.process()
        if (!this.cache) this.publish(task.commit())
      }
    })
  }

  private nextTask(): DriverTask | undefined {
    let next: DriverTask | undefined
    let earliest = Infinity
    for (const task of this.tasks) {
      const timestamp = task.engine.nextTimestamp()
      if (timestamp === undefined || timestamp >= earliest) continue
      next = task
      earliest = timestamp
    }
    return next
  }

  /** Appends what a task has committed to its topics, and hands it to the tasks that read them. */
  private publish(records: readonly SentRecord[]): void {
    for (const { topic, partition, ...record } of records) {
      const logged = this.log(topic).append(partition, record)
      this.readers.get(topic)?.[partition]?.engine.addRecords(topic, partition, chunkOf(logged))
    }
  }

  private log(name: string): TopicLog {
    let log = this.logs.get(name)
    if (log === undefined) {
      log = new TopicLog(name, this.countOf(name))
      this.logs.set(name, log)
    }
    return log
  }

  private countOf(realName: string): number {
    for (const [topic, count] of this.plan.repartitionTopics)
      if (this.realName(topic) === realName) return count
    const prefix = `${this.app.id}-`
    for (const part of this.topology.subtopologies()) {
      const owns = part.stores.some(({ name }) => realName === `${prefix}${name}-changelog`)
      if (owns) return this.plan.taskCounts[part.id]!
    }
    return this.declaredCounts.get(realName) ?? 1
  }

  private realName(topic: string): string {
    return realTopicName(this.topology, this.app.id, topic)
  }

  private tasksOf(topic: string): DriverTask[] {
    return this.readers.get(topic) ?? []
  }

  private placesOf(name: string): readonly Place[] {
    this.checkRunning()
    const global = this.globals.stores.get(name)
    if (global !== undefined) return [{ task: this.globals, store: global }]
    return this.tasks.flatMap(task => {
      const store = task.stores.get(name)
      return store === undefined ? [] : [{ task, store }]
    })
  }

  private checkStore(name: string, kind: StoreDefinition['kind']): void {
    const stores = [...this.topology.stores.values()]
    if (stores.some(store => store.name === name && store.kind === kind)) return
    const known = stores.map(store => `'${store.name}' (${store.kind})`).join(', ') || 'none'
    throw new StreamsError('MR-1001', {
      what: `app '${this.app.id}' has no ${kind} store '${name}'; it has: ${known}`,
    })
  }

  private closeTasks(): void {
    for (const task of this.tasks) task.engine.close()
    this.globals.close()
  }

  /** An error stops the application, as it does in production. */
  private guard<T>(run: () => T): T {
    try {
      return run()
    } catch (error) {
      this.stopped = `the application has stopped with an error: ${String(error)}`
      throw error
    }
  }

  private checkRunning(): void {
    if (this.stopped !== undefined) throw new Error(`${this.stopped}; restart() starts it again`)
  }

  private unknown(topic: string, verb: 'read' | 'write', known: readonly string[]): StreamsError {
    return new StreamsError('MR-2001', {
      what: `app '${this.app.id}' does not ${verb} a topic called '${topic}'`,
      why: `It ${verb}s: ${known.map(name => `'${name}'`).join(', ') || 'none'}.`,
      retriable: false,
    })
  }
}
