/**
 * Finds out when a worker has processed and committed what its inputs held at some moment.
 *
 * A round takes down the ends of all inputs and waits until each is behind what is committed. What that made in
 * repartition topics is an input too, so there are as many rounds as there may be sub-topologies one behind the other:
 * the ends of the next round include everything that the round before has committed. New tasks begin anew.
 */
import { partitionKey, type TopicPartition } from '../../src/base/topic-partition.ts'
import type { ListedOffset } from '../client/list-offsets.ts'
import type { StreamTask } from './stream-task.ts'

/** What must be known of the worker. */
export interface CatchUpView {
  readonly tasks: ReadonlyMap<string, StreamTask>
  /** How many sub-topologies a record may pass, one after the other, at most. */
  readonly roundCount: number
  /** Whether the instance has what the group wants it to have, if that is nothing. */
  readonly idle: () => boolean
  /** Whether something is processed and not committed, also if it is just being committed. */
  readonly uncommitted: () => boolean
  /** Ends for those who see what is committed. */
  readonly endsOf: (partitions: readonly TopicPartition[]) => Promise<readonly ListedOffset[]>
  /** Where fetching stands; for a partition of which nothing was fetched yet. */
  readonly fetchedTo: (partition: TopicPartition) => number | undefined
}

export class CatchUp {
  readonly #view: CatchUpView
  #roundsLeft: number
  #tasks = ''
  #ends: readonly ListedOffset[] | undefined

  constructor(view: CatchUpView) {
    this.#view = view
    this.#roundsLeft = view.roundCount
  }

  /** Looks whether it is done; asks for ends where a round begins. To be called again until it answers true. */
  async isDone(): Promise<boolean> {
    for (;;) {
      if (!this.#settled()) return false
      this.#ends ??= await this.#view.endsOf(
        [...this.#view.tasks.values()].flatMap(({ partitions }) => partitions),
      )
      if (!this.#settled() || this.#ends === undefined || !this.#reached(this.#ends)) return false
      this.#ends = undefined
      if (--this.#roundsLeft === 0) return true
    }
  }

  /** Whether every task runs. Forgets what was found out about others. */
  #settled(): boolean {
    const { tasks, idle } = this.#view
    const names = [...tasks.keys()].join()
    if (names !== this.#tasks) {
      this.#tasks = names
      this.#ends = undefined
      this.#roundsLeft = this.#view.roundCount
    }
    if (tasks.size === 0) return idle()
    return [...tasks.values()].every(task => task.state === 'running')
  }

  #reached(ends: readonly ListedOffset[]): boolean {
    const taskOf = new Map<string, StreamTask>()
    for (const task of this.#view.tasks.values())
      for (const { topic, partition } of task.partitions) taskOf.set(partitionKey(topic, partition), task)
    const uncommitted = this.#view.uncommitted()
    return ends.every(end => {
      const task = taskOf.get(partitionKey(end.topic, end.partition))
      if (task === undefined) return false
      if ((task.startOffsetOf(end) ?? -1) >= end.offset) return true
      if (uncommitted) return false
      // Markers, and what was deleted before it was read, are passed without a commit.
      const position = task.positionOf(end.topic, end.partition) ?? this.#view.fetchedTo(end) ?? 0
      return position >= end.offset
    })
  }
}
