/**
 * The test driver: runs an application in memory, one record at a time, with time that only the test moves.
 *
 * Every task of every sub-topology runs, repartition topics included, in as many partitions as there are. A task commits
 * after every record, unless the application caches: then at `commit()`. This file is what a test sees;
 * `driver-application.ts` runs the tasks.
 */
import { misuse } from '../base/misuse.ts'
import { toMilliseconds, type Duration } from '../base/duration.ts'
import type { Drop } from '../engine/drop.ts'
import { deadLettersOf, type DeadLetter } from './dead-letters.ts'
import type { SensorReading } from '../processor/sensors.ts'
import type { DropReason } from '../processor/processor.ts'
import { DriverApplication } from './driver-application.ts'
import type { TestDriverOptions, TestedApp } from './driver-options.ts'
import { unknownStore, unknownTopic } from './driver-refusals.ts'
import { TestInput, type InputTopic, type SendOptions } from './test-input.ts'
import { TestOutput, type OutputTopic } from './test-output.ts'
import type { CustomStoreHandle } from '../dsl/custom-store.ts'
import type { KeyValueStoreHandle } from '../dsl/kv-store.ts'
import type { SessionStoreHandle } from '../dsl/session-store.ts'
import type { VersionedStoreHandle } from '../dsl/versioned-store.ts'
import type { WindowStoreHandle } from '../dsl/window-store.ts'
import type { CustomStateStore, CustomStore } from '../state/custom-store.ts'
import type { StateStore } from '../state/store.ts'
import { StoreParts } from './store-parts.ts'
import { TestSessionStore } from './test-session-store.ts'
import type { Trace } from './trace.ts'
import { TestKeyValueStore, TestWindowStore } from './test-store.ts'
import { TestVersionedStore } from './test-versioned-store.ts'

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
  if (typeof app?.topology !== 'function')
    throw misuse('testDriver: expected an app that defineApp or topologyApp made')
  return new TestDriver(app, options)
}

/** The driver's method for each kind of store. */
const storeMethods = {
  'key-value': 'store',
  window: 'windowStore',
  session: 'sessionStore',
  versioned: 'versionedStore',
  custom: 'customStores',
} as const

/** Records that a node of a task has dropped for one reason. */
export interface DropCount extends Pick<Drop, 'task' | 'node' | 'reason'> {
  readonly count: number
}

/** A record to be sent and followed: what `send` takes, and its topic. */
export interface TracedInput<K, V> extends SendOptions {
  readonly topic: InputTopic<K, V>
  readonly key: K | null | undefined
  readonly value: V | null | undefined
}

export class TestDriver {
  private readonly application: DriverApplication
  private readonly inputs = new Map<string, TestInput<never, never>>()
  /** By the name of the topic; one for each pair of serdes that it is read with. */
  private readonly outputs = new Map<string, { topic: OutputTopic<unknown, unknown>; output: unknown }[]>()

  constructor(app: TestedApp, options: TestDriverOptions) {
    this.application = new DriverApplication(app, options)
  }

  /** The end of a topic that the application reads, to write to it. MR-2001 when it does not read it. */
  input<K, V>(topic: InputTopic<K, V>): TestInput<K, V> {
    const known = this.inputs.get(topic.name)
    if (known?.topic === (topic as unknown)) return known as unknown as TestInput<K, V>
    const { application } = this
    application.takeUp(topic.name)
    if (!application.inputs.includes(topic.name))
      throw unknownTopic({
        app: application.id,
        topic: topic.name,
        verb: 'read',
        known: application.inputs,
        others: this.writtenTopics().names,
      })
    const log = application.topics.log(topic.name)
    const input = new TestInput<K, V>(topic, {
      partitionCount: log.partitionCount,
      now: () => application.clock.now(),
      nextPartition: () => log.nextPartition(),
      arena: application.arena,
      write: record => {
        application.write(log, record)
        application.run()
      },
    })
    this.inputs.set(topic.name, input)
    return input
  }

  /**
   * The end of a topic that the application writes, to read it. The same at every call: what was read stays read. An object
   * of the topic with other serdes has an end of its own, which begins with the first record.
   */
  output<K, V>(topic: OutputTopic<K, V>): TestOutput<K, V> {
    const { application } = this
    const { names, isComplete } = this.writtenTopics()
    if (isComplete && !names.includes(topic.name))
      throw unknownTopic({
        app: application.id,
        topic: topic.name,
        verb: 'write',
        known: names,
        others: application.inputs,
      })
    const ends = this.outputs.get(topic.name) ?? []
    const known = ends.find(each => each.topic.key === topic.key && each.topic.value === topic.value)
    if (known !== undefined) return known.output as TestOutput<K, V>
    const output = new TestOutput(topic, application.topics.log(topic.name))
    this.outputs.set(topic.name, [...ends, { topic, output }])
    return output
  }

  /** A key-value store by its name or handle, all partitions together. MR-6102 when there is none, MR-6103 for another kind. */
  store<K = unknown, V = unknown>(store: string | KeyValueStoreHandle<K, V>): TestKeyValueStore<K, V> {
    return new TestKeyValueStore(this.partsOf(store, 'key-value'))
  }

  /** A window store by its name or handle, all partitions together. MR-6102 when there is none, MR-6103 for another kind. */
  windowStore<K = unknown, V = unknown>(store: string | WindowStoreHandle<K, V>): TestWindowStore<K, V> {
    return new TestWindowStore(this.partsOf(store, 'window'))
  }

  /** A session store by its name or handle, all partitions together. MR-6102 when there is none, MR-6103 for another kind. */
  sessionStore<K = unknown, V = unknown>(store: string | SessionStoreHandle<K, V>): TestSessionStore<K, V> {
    return new TestSessionStore(this.partsOf(store, 'session'))
  }

  /** A versioned store by its name or handle, all partitions together. MR-6102 when there is none, MR-6103 for another kind. */
  versionedStore<K = unknown, V = unknown>(
    store: string | VersionedStoreHandle<K, V>,
  ): TestVersionedStore<K, V> {
    return new TestVersionedStore(this.partsOf(store, 'versioned'))
  }

  /**
   * The objects of a store of the application's own, by partition. MR-6102 when there is none, MR-6103 for another kind.
   * What they log is committed with the next record.
   */
  customStores<S extends CustomStore = CustomStore>(store: string | CustomStoreHandle<S>): readonly S[] {
    return this.partsOf<CustomStateStore>(store, 'custom')
      .stores()
      .map(each => each.object as S)
  }

  /** Moves the wall clock, and runs the wall-clock punctuations that are due then. The same as `advanceWallClock`. */
  advance(duration: Duration): void {
    this.advanceWallClock(duration)
  }

  /**
   * Moves the wall clock, and runs the wall-clock punctuations that are due then; each at most once. Timeouts and retries
   * of asynchronous calls happen on the way; answers do not, which are for `settled`.
   */
  advanceWallClock(duration: Duration): void {
    this.application.advanceWallClock(toMilliseconds(duration))
  }

  /**
   * Waits until no call of `mapValuesAsync` is under way and all that follows from the results is processed and, without
   * `cache`, committed. Rejects with the error that stops the application, and with MR-6101 when it crashes or is closed meanwhile.
   *
   * `send` begins calls and returns; their results go on here. Only the test moves time: a call that never answers ends by
   * its timeout, with `advance`; one that has failed and waits for its next attempt waits for `advance` too, or for
   * `within`, by which the clock is moved on as far as retries need.
   *
   * @example
   * ```ts
   * import { defineApp, integer, string, topic } from 'millrace'
   * import { testDriver } from 'millrace/testing'
   *
   * const words = topic('words', { key: string(), value: string() })
   * const lengths = topic('lengths', { key: string(), value: integer() })
   * const app = defineApp({
   *   id: 'lengths',
   *   build: b => b.stream(words).mapValuesAsync(async word => word.length).to(lengths),
   * })
   *
   * using driver = testDriver(app)
   * driver.input(words).send('a', 'mill').send('b', 'race')
   * await driver.settled({ within: '1m' })
   * console.log(driver.output(lengths).toMap()) // Map { 'a' => 4, 'b' => 4 }
   * ```
   */
  settled(options: { readonly within?: Duration } = {}): Promise<void> {
    return this.application.settle(toMilliseconds(options.within ?? 0, 'within'))
  }

  /** Moves the stream time of every task on by `duration`, as a record would, and runs what is due by it. */
  advanceStreamTime(duration: Duration): void {
    this.application.advanceStreamTime(toMilliseconds(duration))
  }

  /** The wall clock, milliseconds since the epoch. */
  get now(): number {
    return this.application.clock.now()
  }

  /** Commits every task, and goes on until nothing is held back any more. Of use with `cache` only; MR-6111 while calls are under way. */
  commit(): void {
    this.application.commit()
  }

  /** Kills the application: what was not committed is lost, and so is every store. `restart` brings it back. */
  crash(): void {
    this.application.crash()
  }

  /** Starts anew after a crash or an error: stores are restored from their changelogs, input goes on after the last commit. */
  restart(): void {
    this.application.restart()
  }

  /** Every record that the rules have dropped, with the node and the reason. */
  drops(): readonly Drop[] {
    return this.application.drops
  }

  /** Every line that the application has printed, but those that it has written to a place of its own. */
  printed(): readonly string[] {
    return this.application.printed
  }

  /**
   * Sends a record, as `input(topic).send` does, and answers its path through the application: the nodes that it entered
   * and what they forwarded, rows written, records dropped and why, results with their places, and what became of
   * results in the tasks that read them again. As text it is a line for each step.
   *
   * With `cache`, the path ends where updates wait for the commit; at `mapValuesAsync` where calls begin.
   *
   * @example
   * ```ts
   * import { defineApp, integer, string, topic } from 'millrace'
   * import { testDriver } from 'millrace/testing'
   *
   * const words = topic('words', { key: string(), value: string() })
   * const counts = topic('counts', { key: string(), value: integer() })
   * const app = defineApp({
   *   id: 'words',
   *   build: b => b.stream(words).groupByKey().count('counted').toStream().to(counts),
   * })
   *
   * using driver = testDriver(app)
   * const trace = driver.trace({ topic: words, key: 'mill', value: 'a', at: 5 })
   * console.log(trace.nodes) // [ 'KSTREAM-SOURCE-0000000000', 'KSTREAM-AGGREGATE-0000000001', ... ]
   * console.log(String(trace))
   * // source KSTREAM-SOURCE-0000000000 (task 0_0) reads words-0@0: "mill" = "a" at 5
   * //   KSTREAM-AGGREGATE-0000000001: "mill" = "a" at 5
   * //     store counted: "mill" = 1 at 5
   * //     KTABLE-TOSTREAM-0000000002: "mill" = change to 1 at 5
   * //       sink KSTREAM-SINK-0000000003: "mill" = 1 at 5 to counts-0@0
   * ```
   */
  trace<K, V>(record: TracedInput<K, V>): Trace {
    const { topic, key, value, ...options } = record
    const input = this.input(topic)
    return this.application.trace(() => void input.send(key, value, options))
  }

  /** All dead letters: what `onError` had written to the dead letter topic instead of failing. */
  dlq(): readonly DeadLetter[] {
    const { topics, deadLetterTopic } = this.application
    return deadLettersOf(topics.log(deadLetterTopic))
  }

  /** The figures that processors keep of themselves, by task and node, on the driver's own time. */
  metrics(): readonly SensorReading[] {
    return this.application.sensorReadings
  }

  /** How many records each node of each task has dropped, by reason; over restarts too. */
  dropCounts(): readonly DropCount[] {
    const counts = new Map<string, { task: string; node: string; reason: DropReason; count: number }>()
    for (const { task, node, reason } of this.application.drops) {
      const id = `${task} ${node} ${reason}`
      const known = counts.get(id)
      if (known === undefined) counts.set(id, { task, node, reason, count: 1 })
      else known.count += 1
    }
    return [...counts.values()]
  }

  /** The topology as text, as Kafka prints it. */
  describe(): string {
    return this.application.topology.describe()
  }

  /** Closes the processors. Idempotent, and the end: everything else is refused from then on with MR-6101. */
  close(): void {
    this.application.close()
  }

  [Symbol.dispose](): void {
    this.close()
  }

  /** The topics that sinks write to; not complete where a sink chooses its topic by the record. */
  private writtenTopics(): { readonly names: readonly string[]; readonly isComplete: boolean } {
    const { topology, topics } = this.application
    const sinks = topology.subtopologies().flatMap(part => part.sinks)
    return {
      isComplete: sinks.every(({ topic }) => typeof topic === 'string'),
      names: sinks.map(({ topic }) =>
        typeof topic === 'string' ? topics.realName(topic) : topic.describeAs,
      ),
    }
  }

  private partsOf<S extends StateStore>(
    store: string | { readonly name: string },
    kind: keyof typeof storeMethods,
  ): StoreParts<S> {
    const name = typeof store === 'string' ? store : store.name
    const { application } = this
    const stores = [...application.topology.stores.values()]
    if (!stores.some(each => each.name === name && each.kind === kind))
      throw unknownStore({ app: application.id, name, kind, stores, methods: storeMethods })
    return new StoreParts<S>(
      () => application.placesOf(name),
      () => application.commitWrites(),
    )
  }
}
