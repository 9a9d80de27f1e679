/**
 * The loop of one event loop's tasks: poll → process → punctuate → commit, until it is told to stop.
 *
 *   ┌▶ group work (give up, take over) ─▶ fetch ─▶ process a slice ─▶ punctuate ─▶ commit if due ─┐
 *   └──────────────────────────────────────────────────────────────────────────────────────────────┘
 *
 * Invariants: one worker has one producer, and at most one transaction is open; a partition is given up only after a
 * commit that covers it; an error that is not an aborted transaction closes every task without another write.
 * Processing is bounded: a partition with a full queue is not fetched, and a producer with a full buffer is awaited.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { StreamsError } from '../../src/base/errors.ts'
import { deferred } from '../../src/base/deferred.ts'
import { partitionKey, type TopicPartition } from '../../src/base/topic-partition.ts'
import { storageFailureIn } from '../state/storage-error.ts'
import { decodeUserData, type AssignmentUserData } from '../assign/streams-assignor.ts'
import type { FetchedPartition } from '../client/fetcher.ts'
import type { Assignment } from '../client/group-member.ts'
import { CatchUp } from './catch-up.ts'
import { commitAtLeastOnce, commitExactlyOnce } from './commit.ts'
import { fatalFailure } from './commit-failure.ts'
import { drainMsMax, PendingCalls } from './pending-calls.ts'
import { RepartitionPurge } from './repartition-purge.ts'
import { changesByAdding, changesByRemoving, type PartitionChanges } from './partition-changes.ts'
import type { StreamTask } from './stream-task.ts'
import type { WorkerResources } from './worker-resources.ts'

/** Milliseconds of processing between two turns of the event loop, on which timers and the broker run. */
const sliceMs = 8
/** How long an idle worker waits for records before it looks at its timers. */
const idleWaitMs = 50

export class Worker {
  readonly #resources: WorkerResources
  readonly #tasks = new Map<string, StreamTask>()
  readonly #taskOfPartition = new Map<string, StreamTask>()
  readonly #paused = new Set<StreamTask>()
  readonly #purge: RepartitionPurge
  readonly #calls: PendingCalls
  readonly #failure = deferred<never>()
  #stopping = false
  #commitAt = 0
  #dirty = false
  #committing = false
  /** Commits that have failed, one after the other. */
  #failedCommits = 0
  /** Whether it has failed: nothing is taken over any more. */
  #abandoned = false
  /** Tasks that are being opened. */
  #opening: Promise<unknown> = Promise.resolve()
  #processed = 0

  constructor(resources: WorkerResources) {
    this.#resources = resources
    const { admin, clock, fetcher, logger, repartitionTopics } = resources
    this.#calls = new PendingCalls(clock, () => fetcher.wakeUp())
    this.#purge = new RepartitionPurge({ admin, clock, logger, topics: repartitionTopics })
  }

  /** Records processed since the start. */
  get processedCount(): number {
    return this.#processed
  }

  get tasks(): ReadonlyMap<string, StreamTask> {
    return this.#tasks
  }

  /** To find out when everything that the inputs of these tasks hold now is processed and committed. */
  catchUp(): CatchUp {
    const { admin, exactlyOnce, fetcher, member, subtopologyCount } = this.#resources
    const isolation = exactlyOnce ? 'read_committed' : 'read_uncommitted'
    return new CatchUp({
      tasks: this.#tasks,
      roundCount: subtopologyCount,
      idle: () => member.state === 'stable' && member.owned.length === 0 && !member.hasWork,
      uncommitted: () => this.#dirty || this.#committing,
      endsOf: partitions => admin.listOffsets(partitions, 'latest', { isolation }),
      fetchedTo: ({ topic, partition }) => fetcher.position(topic, partition),
    })
  }

  /** Ends `run` with an error that came from outside of the loop, whatever it is waiting for. */
  fail(error: Error): void {
    this.#failure.reject(error)
  }

  /** A task has results of asynchronous calls. */
  onAsyncReady(): void {
    this.#calls.notify()
  }

  /** Makes `run` finish what is in flight, commit and return. */
  stop(): void {
    this.#stopping = true
    this.#resources.fetcher.wakeUp()
  }

  /** Runs until `stop`. Rejects with the error that ended it; the tasks are closed either way. */
  async run(): Promise<void> {
    try {
      await Promise.race([this.#work(), this.#failure.promise])
    } catch (error) {
      await this.#abandon(error)
      throw error
    }
  }

  async #work(): Promise<void> {
    const { producer, member, fetcher, exactlyOnce, leavesOnClose } = this.#resources
    if (exactlyOnce) {
      await producer.initTransactions()
      producer.beginTransaction()
    }
    member.start()
    this.#scheduleCommit()
    while (!this.#stopping) await this.#turn()
    await this.#commit()
    await this.#closeTasks()
    await fetcher.close()
    await this.#purge.settled()
    await member.close({ leaveStatic: leavesOnClose })
    await producer.close()
  }

  /** One round of the loop. */
  async #turn(): Promise<void> {
    const { member, producer, clock } = this.#resources
    if (member.hasWork || this.#tasks.size === 0) await member.poll()
    this.#startRestored()
    const busy = this.#calls.arrived || this.#hasBuffered()
    for (const fetched of await this.#poll(busy ? 0 : this.#idleWait())) {
      const task = this.#taskOfPartition.get(partitionKey(fetched.topic, fetched.partition))
      if (task !== undefined) task.addFetched(fetched)
    }
    this.#updateLags()
    this.#calls.looked()
    if (this.#processSlice() > 0) this.#dirty = true
    for (const task of this.#tasks.values()) if (task.punctuate()) this.#dirty = true
    this.#regulate()
    // While the group rebalances, commits wait: the coordinator would refuse those of the old generation.
    if (member.rebalancing) this.#calls.resume()
    else if (clock.monotonic() >= this.#commitAt || this.#commitRequested()) await this.#commitWhenDrained()
    const full = producer.whenWritable()
    if (full !== undefined) await full
    else await nextTurn()
  }

  /** Commits, unless calls are under way: then the next turn tries again, and other tasks go on meanwhile. */
  async #commitWhenDrained(): Promise<void> {
    if (this.#dirty) {
      if (!this.#calls.drained(this.#running())) return
      await this.#commit()
    }
    this.#scheduleCommit()
  }

  #running(): StreamTask[] {
    return [...this.#tasks.values()].filter(task => task.state === 'running')
  }

  /** What was fetched. That a topic is gone which a pattern matched is no failure: the group is told. */
  async #poll(waitMs: number): Promise<readonly FetchedPartition[]> {
    try {
      return await this.#resources.fetcher.poll(waitMs)
    } catch (error) {
      if (!(await this.#resources.onTopicGone(error))) throw error
      return []
    }
  }

  /** Processes what is buffered, task by task, for a bounded time. */
  #processSlice(): number {
    const { clock } = this.#resources
    const until = clock.monotonic() + sliceMs
    let processed = 0
    for (;;) {
      let round = 0
      for (const task of this.#tasks.values()) round += task.process(256)
      processed += round
      if (round === 0 || clock.monotonic() >= until || this.#resources.producer.whenWritable()) break
    }
    this.#processed += processed
    return processed
  }

  #hasBuffered(): boolean {
    for (const task of this.#tasks.values()) if (task.hasProcessable()) return true
    return false
  }

  #commitRequested(): boolean {
    let requested = false
    for (const task of this.#tasks.values()) if (task.commitRequested) requested = true
    return requested
  }

  #idleWait(): number {
    const { clock, member } = this.#resources
    // While the group rebalances a commit that is due waits for it, not the other way round.
    if (!this.#dirty || member.rebalancing || this.#calls.isAwaited) return idleWaitMs
    return Math.max(0, Math.min(idleWaitMs, this.#commitAt - clock.monotonic()))
  }

  #scheduleCommit(): void {
    this.#commitAt = this.#resources.clock.monotonic() + this.#resources.commitIntervalMs
  }

  async #commit(): Promise<void> {
    const { producer, offsets, member, exactlyOnce } = this.#resources
    const tasks = this.#running()
    const drained = await this.#calls.whenDrained(tasks)
    this.#dirty = false
    if (tasks.length === 0) return
    if (!drained) {
      if (!this.#abandoned) await this.#revive(`asynchronous calls took longer than ${drainMsMax} ms`)
      return
    }
    const protocol = exactlyOnce ? commitExactlyOnce : commitAtLeastOnce
    this.#committing = true
    try {
      await protocol(tasks, { producer, offsets, group: () => member.metadata })
      this.#failedCommits = 0
      this.#purge.maybeStart(() => tasks.flatMap(task => task.committedOffsets))
    } catch (error) {
      this.#failedCommits += 1
      const fatal = fatalFailure(error, this.#failedCommits)
      if (fatal !== undefined) throw fatal
      await this.#revive(error)
    } finally {
      this.#committing = false
    }
  }

  /** The commit failed: everything since the last one is processed again. */
  async #revive(cause: unknown): Promise<void> {
    const { logger, producer, exactlyOnce } = this.#resources
    logger.log('warn', 'a commit failed; its records are processed again', { cause: String(cause) })
    if (exactlyOnce) await producer.abortTransaction()
    for (const task of this.#running()) {
      task.rewind()
      this.#fetch(task)
    }
    if (exactlyOnce) producer.beginTransaction()
  }

  /** Takes over what the group has assigned. */
  async onAssigned({ added, userData }: Assignment): Promise<void> {
    if (decodeUserData<AssignmentUserData>(userData)?.error === 'TOPOLOGY_MISMATCH') throw this.#mismatch()
    if (this.#abandoned) return
    const { taskIdOf, isMatched } = this.#resources
    const { changed, toOpen } = changesByAdding(added, this.#tasks, taskIdOf, isMatched)
    if (changed.length > 0) {
      await this.#commit()
      await this.#release(changed.flatMap(task => task.partitions))
    }
    await this.#open(toOpen)
  }

  /** Opens tasks, which then restore their stores. */
  async #open(partitionsOfTask: PartitionChanges<StreamTask>['toOpen']): Promise<void> {
    // Side by side: opening a database waits for the disk.
    const opening = Promise.allSettled(
      [...partitionsOfTask].map(([taskId, partitions]) => this.#resources.createTask(taskId, partitions)),
    )
    this.#opening = opening
    const tasks: StreamTask[] = []
    const failures: unknown[] = []
    for (const opened of await opening)
      if (opened.status === 'fulfilled') tasks.push(opened.value)
      else failures.push(opened.reason)
    for (const task of tasks) {
      this.#tasks.set(task.id, task)
      for (const { topic, partition } of task.partitions)
        this.#taskOfPartition.set(partitionKey(topic, partition), task)
      task.restore()
    }
    // After the others are known, so that they are closed.
    if (failures.length > 0) throw failures[0]
  }

  /** Commits, then gives partitions up: whoever takes them over starts where this worker ended. */
  async onRevoked(partitions: readonly TopicPartition[]): Promise<void> {
    await this.#commit()
    const { changed, toOpen } = changesByRemoving(partitions, this.#tasks)
    await this.#release([...partitions, ...changed.flatMap(task => task.partitions)])
    await this.#open(toOpen)
  }

  /** The partitions belong to somebody else already: what is uncommitted is dropped. */
  async onLost(partitions: readonly TopicPartition[]): Promise<void> {
    const { producer, exactlyOnce } = this.#resources
    if (exactlyOnce && this.#dirty) {
      await producer.abortTransaction()
      producer.beginTransaction()
    }
    this.#dirty = false
    await this.#release(partitions)
  }

  async #release(partitions: readonly TopicPartition[]): Promise<void> {
    this.#resources.fetcher.remove(partitions)
    for (const { topic, partition } of partitions) {
      const key = partitionKey(topic, partition)
      const task = this.#taskOfPartition.get(key)
      this.#taskOfPartition.delete(key)
      if (task === undefined || !this.#tasks.delete(task.id)) continue
      this.#paused.delete(task)
      await task.close()
    }
  }

  /** Lets tasks whose stores are at the end of their changelogs begin. */
  #startRestored(): void {
    for (const task of this.#tasks.values())
      if (task.state === 'restoring' && task.isRestored()) {
        task.start()
        this.#fetch(task)
      }
  }

  /** Fetches for a task from where it was committed, whatever was fetched before. */
  #fetch(task: StreamTask): void {
    const { fetcher } = this.#resources
    fetcher.remove(task.partitions)
    fetcher.add(task.partitions.map(partition => ({ ...partition, offset: task.startOffsetOf(partition) })))
  }

  /** Stops fetching for partitions that have enough, and goes on for those that have little. */
  #regulate(): void {
    const { fetcher } = this.#resources
    for (const task of this.#tasks.values()) {
      const full = task.partitionsWith('full')
      if (full.length > 0) {
        fetcher.pause(full)
        this.#paused.add(task)
      }
      // Also while another of its partitions is full: it may be this one that the task waits for.
      if (this.#paused.has(task)) {
        const drained = task.partitionsWith('drained')
        if (drained.length > 0) fetcher.resume(drained)
        if (drained.length === task.partitions.length) this.#paused.delete(task)
      }
    }
  }

  /** Tells the tasks how much more there is to fetch, which decides whether they wait for it (semantics T5). */
  #updateLags(): void {
    const { fetcher } = this.#resources
    for (const task of this.#tasks.values())
      for (const partition of task.partitions) {
        const end = fetcher.endOffset(partition.topic, partition.partition)
        const position = fetcher.position(partition.topic, partition.partition)
        const known = end !== undefined && position !== undefined
        task.setLag(partition, known ? Math.max(0, end - position) : undefined)
      }
  }

  async #closeTasks(): Promise<void> {
    await this.#release([...this.#tasks.values()].flatMap(task => task.partitions))
  }

  /** After a failure: nothing more is written, and what can be closed is. */
  async #abandon(reason: unknown): Promise<void> {
    const { producer, member, fetcher, logger, exactlyOnce } = this.#resources
    const attempt = async (doing: string, act: () => Promise<void>): Promise<void> => {
      try {
        await act()
      } catch (error) {
        // The error that ended the worker is the one to report; this one is only noted.
        logger.log('warn', `${doing} failed while closing after an error`, { error: String(error) })
      }
    }
    this.#stopping = true
    this.#abandoned = true
    this.#calls.abandon()
    this.#dirty = false
    await this.#opening
    // Taken away before anything else is waited for: a turn of the loop that is under way must not commit some of them.
    const tasks = [...this.#tasks.values()]
    this.#tasks.clear()
    this.#taskOfPartition.clear()
    await attempt('ending the fetches', () => fetcher.close())
    // On a disk that fails an abort cannot be written either: the successor ends the transaction at its start.
    if (exactlyOnce && storageFailureIn(reason) === undefined)
      await attempt('aborting the transaction', () => producer.abortTransaction())
    for (const task of tasks) await attempt(`closing task ${task.id}`, () => task.close())
    await attempt('leaving the group', () => member.close())
    await attempt('closing the producer', () => producer.close())
  }

  #mismatch(): StreamsError {
    const { applicationId } = this.#resources
    return new StreamsError('MR-6001', {
      what: `Another application with a different topology runs under the id '${applicationId}'`,
      why: 'Applications of one id share their group, internal topics and transactional ids.',
      fix: 'Give this application its own id, or stop the other one first.',
    })
  }
}
