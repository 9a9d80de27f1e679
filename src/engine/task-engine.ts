/**
 * One task: runs one sub-topology for one partition, record by record, without waiting and without I/O.
 *
 * Whoever owns it (a runtime's task, the test driver) adds fetched chunks, calls `process` until it answers false,
 * `punctuate` now and then, and before a commit `flushEmissions`. Then the stores' changes and `positions` are what
 * the commit is made of. An error leaves the task in the middle of a record: it cannot go on and is made anew from
 * the last commit.
 */
import { assert } from '../base/assert.ts'
import type { Clock } from '../base/clock.ts'
import { seededRandom, type Random } from '../base/random.ts'
import { partitionKey } from '../base/topic-partition.ts'
import type { ErrorPolicies } from '../processor/error-policy.ts'
import type { DropReason, RecordContext } from '../processor/processor.ts'
import { TaskSensors, type SensorReading } from '../processor/sensors.ts'
import type { ChangelogSink, StateStore } from '../state/store.ts'
import type { Subtopology } from '../topology/subtopologies.ts'
import { AsyncNodes } from './async-nodes.ts'
import type { RecordCollector } from './collector.ts'
import { CurrentRecord } from './current-record.ts'
import { ErrorHandling } from './error-handling.ts'
import { storingFailed } from './failures.ts'
import { compileGraph, type CompiledGraph, type CompiledSource } from './graph.ts'
import { ObservedReceiver, type GraphObserver } from './graph-observer.ts'
import { PartitionGroup } from './partition-group.ts'
import { decodePositionMetadata } from './position-metadata.ts'
import { Punctuations } from './punctuation.ts'
import type { ReadableRecord, RecordChunk } from './record-chunk.ts'
import { RecordQueue } from './record-queue.ts'
import { positionsOf, type InputPosition, type TaskPosition } from './task-position.ts'
import type { Drop, DropAtNode } from './drop.ts'
import type { TaskScope } from './task-scope.ts'

export interface TaskEngineOptions {
  readonly applicationId: string
  readonly partition: number
  readonly subtopology: Subtopology
  /** Every store of the sub-topology, restored and open. */
  readonly stores: ReadonlyMap<string, StateStore>
  /** Global stores, which every node may read. */
  readonly globalStores?: ReadonlyMap<string, StateStore>
  readonly collector: RecordCollector
  readonly clock: Clock
  /** Whether results have headers where Kafka drops them: `keptHeaders` of processors. Default false. */
  readonly keepsHeaders?: boolean
  /** For the jitter of retries. Default: the same numbers every time. */
  readonly random?: Random
  /** Told when an asynchronous node has results: `advance` is to be called. May come at any time. */
  readonly onAsyncReady?: () => void
  /** The name on the broker of a topic of the topology: internal ones get the application id. Default: the same. */
  readonly topicName?: (topic: string) => string
  /** Whether stores that allow it forward each key once per commit. Default false: every update at once. */
  readonly cache?: boolean
  /** Updates of one node that wait for the commit at most. Default 10 000. */
  readonly coalescedEntriesMax?: number
  /** How long to wait for a partition that is empty (semantics T5). Default 0; negative: never. */
  readonly maxTaskIdleMs?: number
  /** Whether values are frozen when they are forwarded, so that changing one throws. Default false. */
  readonly freeze?: boolean
  /**
   * Whether an input topic has the task's partition: topics of a sub-topology may have different counts (semantics O5).
   * Default: all have.
   */
  readonly hasInput?: (topic: string, partition: number) => boolean
  /** Told of every record that the rules drop; counted by the task in any case. */
  readonly onDrop?: (drop: Drop) => void
  /** Where lines that the application prints go. Default: nowhere. */
  readonly print?: (line: string) => void
  /** A folder for what processors keep on the disk themselves. Default: there is none. */
  readonly stateDirectory?: string | undefined
  /** What becomes of a record that fails. Default: the error is thrown. */
  readonly onError?: ErrorPolicies
  /** The topic of dead letters by its name on the broker; a policy that asks for one fails where there is none. */
  readonly deadLetterTopic?: string | undefined
}

export type { TaskPosition } from './task-position.ts'

export class TaskEngine {
  readonly id: string
  private readonly options: TaskEngineOptions
  private readonly scope: TaskScope
  private readonly graph: CompiledGraph
  private readonly group: PartitionGroup
  private readonly queues = new Map<string, RecordQueue>()
  private readonly sourceOf = new Map<RecordQueue, CompiledSource>()
  private readonly drops = new Map<string, Map<DropReason, number>>()
  /** Absent where no node is asynchronous. */
  private readonly asyncNodes: AsyncNodes | undefined
  /** Records that never came to a node, since `processMany` last answered. */
  private passedOver = 0
  /** The one that was asked for last: mostly the one that is asked for next. */
  private queueLast: RecordQueue | undefined
  private closed = false

  constructor(options: TaskEngineOptions) {
    this.options = options
    this.id = `${options.subtopology.id}_${options.partition}`
    this.scope = this.scopeOf(options)
    this.graph = compileGraph(options.subtopology.nodes, this.scope)
    for (const source of this.graph.sources)
      for (const topic of source.reader.node.topics) this.addQueue(source, topic)
    this.group = new PartitionGroup([...this.queues.values()], options.maxTaskIdleMs ?? 0, options.clock)
    const { asynchronous } = this.graph
    this.asyncNodes = asynchronous.length === 0 ? undefined : new AsyncNodes(asynchronous)
    for (const runner of this.graph.processors) runner.start()
  }

  /** Reads one more topic, of those that the pattern of a source matches. */
  addInput(topic: string): void {
    const source = this.graph.sources.find(({ reader }) => reader.node.pattern?.test(topic) === true)
    assert(source !== undefined, `task ${this.id}: no pattern matches topic ${topic}`)
    const queue = this.addQueue(source, topic)
    if (queue !== undefined) this.group.add(queue)
  }

  /** Takes a fetched chunk of an input partition, by the topic's name on the broker. */
  addRecords(topic: string, partition: number, chunk: RecordChunk): void {
    this.queueOf(topic, partition).add(chunk)
  }

  /** Bytes of chunks that are not used up; a partition with none is out of records. */
  bufferedBytes(topic: string, partition: number): number {
    return this.queueOf(topic, partition).bufferedBytes
  }

  /** What is known of how far the partition goes beyond what was added (semantics T5). */
  setLag(topic: string, partition: number, lag: number | undefined): void {
    this.queueOf(topic, partition).lag = lag
  }

  /** Where the partition was committed: the offset to go on from, and the metadata that was committed with it. */
  startFrom(topic: string, partition: number, offset: number, metadata?: string | null): void {
    const queue = this.queueOf(topic, partition)
    assert(queue.position < 0, `task ${this.id}: ${topic}-${partition} has a position already`)
    queue.position = offset
    const { partitionTime, noted } = decodePositionMetadata(metadata)
    queue.partitionTime = partitionTime
    // Every partition carries what was noted when it was committed: the greatest is the last.
    for (const [key, value] of noted) {
      if (value > (this.scope.noted.get(key) ?? -Infinity)) this.scope.noted.set(key, value)
    }
  }

  /** Processes one record; false when there is none, or there is something to wait for. */
  process(): boolean {
    if (this.asyncNodes?.blocked === true) return false
    const queue = this.group.next()
    if (queue === undefined) return false
    const { scope } = this
    const record = queue.take()
    const { timestamp } = record
    scope.current.set(queue.topic, queue.partition, queue.headOffset, timestamp, record.headers)
    if (timestamp > scope.streamTime) scope.streamTime = timestamp
    const { reader, children } = this.sourceOf.get(queue)!
    scope.observer?.sourceRead(reader.node.name, record, scope.current)
    children.forward(record)
    scope.observer?.left()
    if (scope.streamTime >= scope.streamTimePunctuations.due) this.punctuateStreamTime()
    return true
  }

  /** Has every step of every record told to an observer, until there is another or none. */
  observe(observer: GraphObserver | undefined): void {
    this.scope.observer = observer
    for (const runner of this.graph.processors) runner.observe(observer)
    for (const { children } of this.graph.sources)
      children.wrap(child => (observer === undefined ? child : new ObservedReceiver(child, observer)))
  }

  /**
   * Processes up to `recordsMax` records; answers how many, with those that were passed over since the last time: they
   * are dealt with too, and to be committed.
   */
  processMany(recordsMax: number): number {
    this.advance()
    let count = 0
    while (count < recordsMax && this.process()) count++
    const passedOver = this.passedOver
    this.passedOver = 0
    return count + passedOver
  }

  /** The timestamp of the next record; `undefined` when there is none, or there is something to wait for. */
  nextTimestamp(): number | undefined {
    if (this.asyncNodes?.blocked === true) return undefined
    return this.group.next()?.headTimestamp
  }

  /** Runs the wall-clock punctuations that are due; answers whether there were any. */
  punctuate(): boolean {
    // They come late rather than into a node that is full, or into a commit that waits.
    if (this.asyncNodes?.blocked === true) return false
    const { wallClockPunctuations, current } = this.scope
    const now = this.options.clock.now()
    if (now < wallClockPunctuations.due) return false
    // No record brings them about.
    current.setPunctuation(now)
    return wallClockPunctuations.fire(now)
  }

  /** Moves stream time without a record, and runs the punctuations that this makes due: for tests. */
  advanceStreamTime(to: number): void {
    if (to > this.scope.streamTime) this.scope.streamTime = to
    this.scope.current.setPunctuation(to)
    if (this.scope.streamTime >= this.scope.streamTimePunctuations.due) this.punctuateStreamTime()
  }

  /** Wall-clock time of the next punctuation; Infinity when there is none. */
  get nextPunctuation(): number {
    return this.scope.wallClockPunctuations.due
  }

  /** Forwards what asynchronous nodes have got meanwhile; to be called between records, when `onAsyncReady` was. */
  advance(): void {
    this.asyncNodes?.advance()
  }

  /**
   * Takes no more records, and answers whether nothing is under way any more, so that a commit may be made: then all
   * emissions have been flushed. To be called again after `onAsyncReady` while it answers false; `resume` ends it.
   */
  drain(): boolean {
    return this.asyncNodes?.drain(() => this.flushEmissions()) ?? true
  }

  /** Takes records again, after the commit that `drain` was for. */
  resume(): void {
    this.asyncNodes?.resume()
  }

  /** Records that asynchronous nodes hold. */
  get heldCount(): number {
    return this.asyncNodes?.heldCount ?? 0
  }

  /** Of those, the ones that wait for a call, not for time. */
  get runningCount(): number {
    return this.asyncNodes?.runningCount ?? 0
  }

  /** Gives up what is under way, as `close` does, where nothing else is to be closed: after a crash. Idempotent. */
  abort(): void {
    this.asyncNodes?.abort()
  }

  /** Forwards what was held back for the commit (semantics C2), in topological order. Before stores are staged. */
  flushEmissions(): void {
    for (const runner of this.graph.processors) runner.flush()
    for (const sink of this.graph.sinks) sink.refresh()
    this.scope.commitRequested = false
  }

  /** Has a store hand on what has changed since the last time; MR-3003 where its serdes do not fit its rows. */
  stageStore(store: StateStore, changelog: ChangelogSink): void {
    try {
      store.stage(changelog)
    } catch (cause) {
      throw storingFailed(cause, store.name, this.options.subtopology.nodes)
    }
  }

  /** Where every input partition stands that has been started from or fed. */
  positions(): readonly TaskPosition[] {
    return positionsOf(this.inputs, this.noted)
  }

  /** Where every input partition stands right now: looked at, not to be kept. */
  get inputs(): readonly InputPosition[] {
    return this.group.queues
  }

  /** What processors have noted so far. */
  get noted(): ReadonlyMap<string, number> {
    return this.scope.noted
  }

  get streamTime(): number {
    return this.scope.streamTime
  }

  /** Whether a processor has asked for a commit since the last. */
  get commitRequested(): boolean {
    return this.scope.commitRequested
  }

  /** The figures that processors keep of themselves. */
  get sensorReadings(): readonly SensorReading[] {
    return this.scope.sensors.readings()
  }

  /** How many records each node has dropped, by reason. */
  get dropCounts(): ReadonlyMap<string, ReadonlyMap<DropReason, number>> {
    return this.drops
  }

  /** Closes the processors; idempotent. Not after a crash. */
  close(): void {
    if (this.closed) return
    this.closed = true
    this.abort()
    for (const runner of this.graph.processors) runner.close()
  }

  private punctuateStreamTime(): void {
    this.scope.streamTimePunctuations.fire(this.scope.streamTime)
  }

  private scopeOf(options: TaskEngineOptions): TaskScope {
    const { cache = false, coalescedEntriesMax = 10_000, subtopology } = options
    const coalescing = new Set(
      cache ? subtopology.stores.filter(store => store.cache).map(({ name }) => name) : [],
    )
    return {
      applicationId: options.applicationId,
      taskId: this.id,
      partition: options.partition,
      stateDirectory: options.stateDirectory,
      clock: options.clock,
      random: options.random ?? seededRandom(0),
      asyncReady: () => options.onAsyncReady?.(),
      collector: options.collector,
      stores: options.stores,
      globalStores: options.globalStores ?? new Map(),
      current: new CurrentRecord(place => this.readRecord(place)),
      errors: new ErrorHandling({
        applicationId: options.applicationId,
        taskId: this.id,
        policies: options.onError ?? {},
        deadLetterTopic: options.deadLetterTopic,
        collector: options.collector,
        dropped: drop => this.countDrop(drop),
        readRecord: place => this.readRecord(place),
      }),
      noted: new Map(),
      sensors: new TaskSensors(this.id, options.clock),
      streamTimePunctuations: new Punctuations(),
      wallClockPunctuations: new Punctuations(),
      topicName: options.topicName ?? (topic => topic),
      freezes: options.freeze ?? false,
      keepsHeaders: options.keepsHeaders ?? false,
      dropped: drop => this.countDrop(drop),
      print: options.print ?? (() => {}),
      observer: undefined,
      streamTime: -1,
      commitRequested: false,
      coalescedEntriesMax: store => (coalescing.has(store) ? coalescedEntriesMax : 0),
    }
  }

  /** The queue of a topic, named as the topology does, if the topic has the task's partition. */
  private addQueue(source: CompiledSource, logical: string): RecordQueue | undefined {
    const { partition, hasInput } = this.options
    const topic = this.scope.topicName(logical)
    if (hasInput !== undefined && !hasInput(topic, partition)) return undefined
    const queue = new RecordQueue(topic, partition, source.reader, {
      failed: (cause, failure, node, record, { topic }) => {
        const { offset, timestamp } = record
        const place = { topic, partition, offset, timestamp, headers: record.headers() }
        this.scope.errors.handle('deserialize', cause, failure, node, place, record)
        this.passedOver += 1
      },
      dropped: (node, reason, topic, partition, offset) => {
        this.passedOver += 1
        this.countDrop({ node, reason, topic, partition, offset })
      },
    })
    this.queues.set(partitionKey(topic, partition), queue)
    this.sourceOf.set(queue, source)
    return queue
  }

  private readRecord({ topic, partition, offset }: RecordContext): ReadableRecord | undefined {
    return topic === undefined ? undefined : this.queues.get(partitionKey(topic, partition))?.readAt(offset)
  }

  private queueOf(topic: string, partition: number): RecordQueue {
    const last = this.queueLast
    if (last?.partition === partition && last.topic === topic) return last
    const queue = this.queues.get(partitionKey(topic, partition))
    assert(queue !== undefined, `task ${this.id} does not read ${topic}-${partition}`)
    this.queueLast = queue
    return queue
  }

  private countDrop(drop: DropAtNode): void {
    let reasons = this.drops.get(drop.node)
    if (reasons === undefined) {
      reasons = new Map()
      this.drops.set(drop.node, reasons)
    }
    reasons.set(drop.reason, (reasons.get(drop.reason) ?? 0) + 1)
    this.options.onDrop?.({ task: this.id, ...drop })
  }
}
