/**
 * What changes in the tasks of an instance when partitions come to it or leave it.
 *
 * Topics come and go with all their partitions where a pattern matches them (semantics D2), so a task that runs may get
 * partitions or lose some of those it has. It is then committed, closed, and made again with what it has now. Other topics
 * that get partitions while the application runs are refused.
 */
import { partitionKey, type TopicPartition } from '../../src/base/topic-partition.ts'
import { grown } from './grown-topic.ts'

/** A task as it is now. */
export interface AssignedTask {
  readonly id: string
  readonly partitions: readonly TopicPartition[]
}

export interface PartitionChanges<Task extends AssignedTask> {
  /** Tasks that go on with other partitions. */
  readonly changed: readonly Task[]
  /** The partitions of all tasks that are to be opened, by task id. */
  readonly toOpen: ReadonlyMap<string, readonly TopicPartition[]>
}

/** What comes of new partitions. MR-2102 if a task that runs gets some of a topic that no pattern matches. */
export function changesByAdding<Task extends AssignedTask>(
  added: readonly TopicPartition[],
  tasks: ReadonlyMap<string, Task>,
  taskIdOf: (partition: TopicPartition) => string,
  isMatched: (topic: string) => boolean,
): PartitionChanges<Task> {
  const toOpen = new Map<string, TopicPartition[]>()
  for (const partition of added) {
    const id = taskIdOf(partition)
    const partitions = toOpen.get(id)
    if (partitions === undefined) toOpen.set(id, [partition])
    else partitions.push(partition)
  }
  const changed: Task[] = []
  for (const [id, partitions] of toOpen) {
    const task = tasks.get(id)
    if (task === undefined) continue
    if (!partitions.every(({ topic }) => isMatched(topic))) throw grown(partitions)
    changed.push(task)
    toOpen.set(id, [...task.partitions, ...partitions])
  }
  return { changed, toOpen }
}

/** What comes of partitions that leave: tasks that keep some go on with those. */
export function changesByRemoving<Task extends AssignedTask>(
  removed: readonly TopicPartition[],
  tasks: ReadonlyMap<string, Task>,
): PartitionChanges<Task> {
  const leaving = new Set(removed.map(({ topic, partition }) => partitionKey(topic, partition)))
  const changed: Task[] = []
  const toOpen = new Map<string, readonly TopicPartition[]>()
  for (const task of tasks.values()) {
    const kept = task.partitions.filter(
      ({ topic, partition }) => !leaving.has(partitionKey(topic, partition)),
    )
    if (kept.length === 0 || kept.length === task.partitions.length) continue
    changed.push(task)
    toOpen.set(task.id, kept)
  }
  return { changed, toOpen }
}
