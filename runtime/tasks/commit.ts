/**
 * The two commit protocols, step by step.
 *
 * Exactly once: everything that the tasks of a worker did since the last commit is one transaction.
 *   1  held-back emissions go out, then each store sends its changed entries to its changelog (`prepareCommit`)
 *   2  the input offsets join the transaction
 *   3  the transaction commits: outputs, changelogs and offsets become visible together, or none does
 *   4  each task's changed entries go to its LevelDB in one batch with the changelog offsets they reach (`committed`)
 *   A crash before 3 aborts: the stores on disk stand at the previous commit. A crash between 3 and 4 leaves them
 *   behind their changelogs: the restart replays the difference.
 *
 * At least once: the same without a transaction, in an order that may repeat work and never loses it.
 *   1  as above
 *   2  all records are acknowledged
 *   3  the input offsets are committed
 *   4  as above
 *   A crash between 2 and 3 repeats the records since the last commit, upon stores that have them already.
 */
import type { GroupOffsets, GroupMetadata, OffsetToCommit } from '../client/offsets.ts'
import type { Producer } from '../client/producer.ts'

/** What a commit needs of a task. */
export interface CommittableTask {
  /** Step 1; answers the offsets of the task's inputs. */
  prepareCommit(): Promise<readonly OffsetToCommit[]>
  /** Step 4; resolves when the write is under way, not when it is done: the next commit waits for it. */
  committed(): Promise<void>
}

/** Whom the commits are made with. */
export interface CommitContext {
  readonly producer: Producer
  readonly offsets: GroupOffsets
  readonly group: () => GroupMetadata
}

export type CommitProtocol = (tasks: readonly CommittableTask[], context: CommitContext) => Promise<void>

/** Commits as one transaction and begins the next. */
export const commitExactlyOnce: CommitProtocol = async (tasks, { producer, group }) => {
  const offsets = await prepareAll(tasks)
  await producer.sendOffsets(offsets, group())
  await producer.commitTransaction()
  for (const task of tasks) await task.committed()
  producer.beginTransaction()
}

/** Commits what was acknowledged. */
export const commitAtLeastOnce: CommitProtocol = async (tasks, { producer, offsets, group }) => {
  const positions = await prepareAll(tasks)
  await producer.flush()
  await offsets.commit(positions, group())
  for (const task of tasks) await task.committed()
}

async function prepareAll(tasks: readonly CommittableTask[]): Promise<OffsetToCommit[]> {
  const offsets: OffsetToCommit[] = []
  for (const task of tasks) offsets.push(...(await task.prepareCommit()))
  return offsets
}
