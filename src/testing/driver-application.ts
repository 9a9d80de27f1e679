/**
 * A tested application: its tasks, what they hand to one another, and what stops them.
 *
 * What a task commits is appended to its topics and handed to the tasks that read them. For its states
 * see `driver-state.ts`.
 */
import type { Drop } from '../engine/drop.ts'
import type { SensorReading } from '../processor/sensors.ts'
import type { ErrorPolicies } from '../processor/error-policy.ts'
import type { GlobalStores } from '../engine/global-stores.ts'
import type { TaskPosition } from '../engine/task-engine.ts'
import type { Subtopology } from '../topology/subtopologies.ts'
import type { Topology } from '../topology/topology.ts'
import type { TestDriverOptions, TestedApp } from './driver-options.ts'
import { DriverCalls } from './driver-calls.ts'
import { startGlobals, watchGlobals } from './driver-globals.ts'
import { callsUnderWay, notRunning } from './driver-refusals.ts'
import { moved, type ApplicationState } from './driver-state.ts'
import { DriverTask } from './driver-task.ts'
import { DriverTopics } from './driver-topics.ts'
import { FedTasks } from './fed-tasks.ts'
import { ManualClock } from './manual-clock.ts'
import type { Place } from './store-parts.ts'
import { TraceRecorder } from './trace-recorder.ts'
import type { Trace } from './trace.ts'
import type { LoggedRecord } from './logged-record.ts'
import { chunkOf, LogTail } from './log-tail.ts'
import { RecordArena } from './record-arena.ts'
import type { TopicLog } from './topic-log.ts'

/** A task that reads a partition, and how far it has. */
interface Reader {
  readonly task: DriverTask
  readonly tail: LogTail
}

export class DriverApplication {
  readonly id: string
  readonly topology: Topology
  readonly topics: DriverTopics
  readonly clock: ManualClock
  readonly drops: Drop[] = []
  readonly deadLetterTopic: string
  private readonly onError: ErrorPolicies
  private readonly keepsHeaders: boolean
  readonly printed: string[] = []
  state: ApplicationState = 'running'
  /** What it stopped with. */
  private failure: unknown
  private readonly options: TestDriverOptions
  private readonly cache: boolean
  private tasks: DriverTask[] = []
  /** Who reads a topic, by partition. */
  private readers = new Map<string, Reader[]>()
  private fed = new FedTasks()
  private globals!: GlobalStores
  readonly arena = new RecordArena()
  private readonly calls = new DriverCalls()
  private recorder: TraceRecorder | undefined

  constructor(app: TestedApp, options: TestDriverOptions) {
    const { startAt = 0 } = options
    this.id = app.id
    this.options = options
    this.topology = app.topology()
    this.onError = options.onError ?? app.onError ?? {}
    this.keepsHeaders = app.headers === 'keep'
    this.deadLetterTopic = app.dlq?.name ?? `${app.id}-dlq`
    this.cache = options.cache ?? app.cache ?? false
    this.clock = new ManualClock(typeof startAt === 'number' ? startAt : startAt.getTime())
    this.topics = new DriverTopics(app, this.topology, options)
    this.start([])
  }

  /** The topics that it reads. */
  get inputs(): readonly string[] {
    return [...this.readers.keys(), ...this.globals.topics]
  }

  /** The figures that processors keep of themselves. */
  get sensorReadings(): readonly SensorReading[] {
    return this.tasks.flatMap(({ engine }) => engine.sensorReadings)
  }

  /** Appends a record to a topic. Processed with `run`; while the application is down, once it is up again. */
  write(log: TopicLog, record: LoggedRecord): void {
    if (this.state === 'closed') throw this.refusal()
    log.append(record)
    if (this.state !== 'running') return
    try {
      this.deliver(log, record)
    } catch (error) {
      throw this.fail(error)
    }
  }

  /**
   * Takes up a topic that a pattern of the application matches, if that is so and it is new: the tasks that are there read
   * it too, and partitions that had no task get one.
   */
  takeUp(topic: string): boolean {
    if (!this.topics.match(topic)) return false
    if (this.state !== 'running') return true
    this.guard(() => {
      const part = this.topics.topology.subtopologies().find(each => each.sourceTopics.includes(topic))!
      for (let partition = 0; partition < this.topics.taskCounts[part.id]!; partition++) {
        const task = this.tasks.find(({ engine }) => engine.id === `${part.id}_${partition}`)
        if (task === undefined) this.startTask(part, partition, [])
        else {
          task.addInput(topic)
          this.connect(task, topic, partition)
        }
      }
    })
    return true
  }

  /** Processes until no task has anything left. */
  run(): void {
    if (this.state !== 'running') return
    try {
      do {
        if (this.calls.hasReady) this.forwardResults()
        while (this.processNext()) continue
        this.publishSkipped()
      } while (this.calls.hasReady || !this.fed.isEmpty)
    } catch (error) {
      throw this.fail(error)
    }
  }

  /**
   * Waits until no call is under way, and all that follows from the results is done. What waits for time then, before
   * it is tried again, is waited for by moving the clock on, by `withinMs` at most.
   */
  async settle(withinMs: number): Promise<void> {
    for (let leftMs = withinMs; ;) {
      this.checkRunning()
      this.run()
      if (this.tasks.some(({ engine }) => engine.runningCount > 0)) {
        await this.calls.arrived()
        continue
      }
      if (this.tasks.every(({ engine }) => engine.heldCount === 0)) return
      const { nextTimer } = this.clock
      if (nextTimer === undefined || nextTimer > leftMs) return
      leftMs -= nextTimer
      this.advanceWallClock(nextTimer)
    }
  }

  advanceWallClock(ms: number): void {
    this.checkRunning()
    // The only timers are those of asynchronous calls: an attempt begins when it is due, not when all time has passed.
    this.clock.advance(ms, () => this.run())
    this.guard(() => {
      for (const task of this.tasks) if (task.engine.punctuate() && !this.cache) this.publish(task)
    })
    this.run()
  }

  advanceStreamTime(ms: number): void {
    this.checkRunning()
    this.guard(() => {
      for (const task of this.tasks) {
        task.engine.advanceStreamTime(Math.max(0, task.engine.streamTime) + ms)
        if (!this.cache) this.publish(task)
      }
    })
    this.run()
  }

  /** Commits every task, and goes on until nothing is held back any more. */
  commit(): void {
    this.checkRunning()
    for (let sent = true; sent;) {
      sent = false
      for (const task of this.tasks) if (this.guard(() => this.publish(task))) sent = true
      this.run()
    }
    if (this.tasks.some(({ engine }) => engine.heldCount > 0)) throw callsUnderWay(this.id)
  }

  /** Notes what `act` makes the application do. */
  trace(act: () => void): Trace {
    this.checkRunning()
    const recorder = new TraceRecorder(this.deadLetterTopic)
    this.recorder = recorder
    const ends = this.tasks.map(task => task.watch(recorder))
    ends.push(watchGlobals(this.globals, recorder))
    try {
      act()
    } finally {
      this.recorder = undefined
      for (const end of ends) end()
    }
    return recorder.finish()
  }

  crash(): void {
    this.checkRunning()
    this.state = moved(this.state, 'crashed')
    this.giveUpCalls()
  }

  restart(): void {
    if (this.state === 'closed') throw this.refusal()
    if (this.state === 'running') this.closeTasks()
    this.state = moved(this.state, 'running')
    this.failure = undefined
    this.calls.take()
    this.guard(() => this.start(this.tasks))
    this.run()
  }

  close(): void {
    if (this.state === 'running') this.closeTasks()
    this.state = moved(this.state, 'closed')
    this.calls.wake()
  }

  /** Where a store is: once for each task that has it. */
  placesOf(store: string): readonly Place[] {
    this.checkRunning()
    const global = this.globals.stores.get(store)
    if (global !== undefined) return [{ task: this.globals, store: global }]
    return this.tasks.flatMap(task => {
      const found = task.stores.get(store)
      return found === undefined ? [] : [{ task, store: found }]
    })
  }

  /** A test has written to stores. */
  commitWrites(): void {
    this.globals.settle()
    if (this.cache) return
    for (const task of this.tasks) this.guard(() => this.publish(task))
    this.run()
  }

  checkRunning(): void {
    if (this.state !== 'running') throw this.refusal()
  }

  /** Makes the tasks, as they were last committed, and hands them what they have not processed yet. */
  private start(before: readonly DriverTask[]): void {
    const committed = new Map(before.map(task => [task.engine.id, task.committed]))
    this.tasks = []
    this.fed = new FedTasks()
    this.readers = new Map()
    this.globals = startGlobals(
      { ...this.engineOptions(), applicationId: this.id, parts: this.topology.globalParts() },
      this.topics,
    )
    for (const subtopology of this.topics.topology.subtopologies())
      for (let partition = 0; partition < this.topics.taskCounts[subtopology.id]!; partition++)
        this.startTask(subtopology, partition, committed.get(`${subtopology.id}_${partition}`) ?? [])
  }

  private startTask(subtopology: Subtopology, partition: number, committed: readonly TaskPosition[]): void {
    const task = new DriverTask({
      applicationId: this.id,
      subtopology,
      partition,
      index: this.tasks.length,
      topic: name => this.topics.log(name),
      arena: this.arena,
      committed,
      engine: {
        ...this.engineOptions(),
        globalStores: this.globals.readable,
        onAsyncReady: () => this.calls.notify(`${subtopology.id}_${partition}`),
      },
    })
    this.tasks.push(task)
    for (const topic of subtopology.sourceTopics) this.connect(task, this.topics.realName(topic), partition)
  }

  private engineOptions() {
    const { freeze = true } = this.options
    return {
      clock: this.clock,
      cache: this.cache,
      freeze,
      topicName: (topic: string) => this.topics.realName(topic),
      hasInput: (topic: string, partition: number) => partition < this.topics.log(topic).partitionCount,
      onDrop: (drop: Drop) => {
        this.drops.push(drop)
        this.recorder?.dropped(drop)
      },
      print: (line: string) => void this.printed.push(line),
      onError: this.onError,
      keepsHeaders: this.keepsHeaders,
      deadLetterTopic: this.deadLetterTopic,
    }
  }

  /** Makes a task the reader of a partition, and hands it what it has not processed yet. */
  private connect(task: DriverTask, topic: string, partition: number): void {
    const log = this.topics.log(topic)
    const readers = this.readers.get(topic) ?? []
    this.readers.set(topic, readers)
    if (partition >= log.partitionCount) return
    const from = task.committed.find(each => each.topic === topic)?.offset ?? 0
    const reader = { task, tail: new LogTail(log, partition, from) }
    readers[partition] = reader
    if (reader.tail.hasNext) this.feed(reader, topic, partition)
  }

  /** Hands a record that was appended to whoever reads the topic. */
  private deliver(log: TopicLog, record: LoggedRecord): void {
    const readers = this.readers.get(log.name)
    if (readers !== undefined) this.feed(readers[record.partition]!, log.name, record.partition)
    // What is taken up gets all that is in it.
    else if (this.takeUp(log.name)) return
    else if (this.globals.reads(log.name)) this.globals.add(log.name, record.partition, chunkOf(record))
  }

  private feed({ task, tail }: Reader, topic: string, partition: number): void {
    if (!tail.isOpen) {
      tail.isOpen = true
      task.engine.addRecords(topic, partition, tail)
    }
    this.fed.add(task)
  }

  /** Lets the results of asynchronous calls go on, and takes up tasks that had as many under way as they may. */
  private forwardResults(): void {
    const ready = this.calls.take()
    for (const task of this.tasks) {
      if (!ready.has(task.engine.id)) continue
      task.engine.advance()
      if (!this.cache) this.publish(task)
      this.fed.add(task)
    }
  }

  /** Processes a record; false when no task has one. */
  private processNext(): boolean {
    const task = this.fed.next()
    if (task === undefined) return false
    if (!task.engine.process()) this.fed.remove(task)
    else if (!this.cache) this.publish(task)
    return true
  }

  /** Commits tasks that have passed over records without processing any: dead letters, dropped records. */
  private publishSkipped(): void {
    for (let task = this.fed.takeDry(); task !== undefined; task = this.fed.takeDry()) {
      if (!this.cache && task.isBehind) this.publish(task)
    }
  }

  /** Commits a task, unless it has calls under way; answers whether it had sent anything. */
  private publish(task: DriverTask): boolean {
    const drained = task.engine.drain()
    task.engine.resume()
    if (!drained) return false
    const sent = task.commit()
    const { logs, records, size } = sent
    for (let index = 0; index < size; index++) {
      const log = logs[index]!
      const record = records[index]!
      log.append(record)
      this.deliver(log, record)
    }
    sent.clear()
    return size > 0
  }

  private closeTasks(): void {
    for (const task of this.tasks) task.engine.close()
    this.globals.close()
  }

  private giveUpCalls(): void {
    for (const task of this.tasks) task.engine.abort()
    this.calls.wake()
  }

  /** An error stops the application, as it does in production. */
  private guard<T>(run: () => T): T {
    try {
      return run()
    } catch (error) {
      throw this.fail(error)
    }
  }

  private fail(error: unknown): unknown {
    this.state = moved(this.state, 'failed')
    this.failure = error
    this.giveUpCalls()
    return error
  }

  private refusal(): Error {
    return notRunning(this.id, this.state, this.failure)
  }
}
