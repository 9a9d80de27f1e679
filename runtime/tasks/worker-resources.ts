/** Everything that a worker works with, put together by `run`: the clients, the clock, and how tasks are made. */
import type { Clock } from '../../src/base/clock.ts'
import type { TopicPartition } from '../../src/base/topic-partition.ts'
import type { Admin } from '../client/admin.ts'
import type { Fetcher } from '../client/fetcher.ts'
import type { GroupMember } from '../client/group-member.ts'
import type { GroupOffsets } from '../client/offsets.ts'
import type { Producer } from '../client/producer.ts'
import type { Logger } from '../logger.ts'
import type { StreamTask } from './stream-task.ts'

export interface WorkerResources {
  readonly applicationId: string
  readonly producer: Producer
  readonly fetcher: Fetcher
  readonly member: GroupMember
  readonly offsets: GroupOffsets
  readonly admin: Admin
  readonly clock: Clock
  readonly logger: Logger
  readonly exactlyOnce: boolean
  readonly commitIntervalMs: number
  /** Whether an orderly end gives up the membership: where nobody has named the instance, nobody expects it back. */
  readonly leavesOnClose: boolean
  readonly subtopologyCount: number
  /** Topics whose processed records may be deleted, by their names on the broker. */
  readonly repartitionTopics: ReadonlySet<string>
  /** The task that a partition belongs to. */
  readonly taskIdOf: (partition: TopicPartition) => string
  /** Whether a topic is read because a pattern matches it. */
  readonly isMatched: (topic: string) => boolean
  /** Told what a fetch has failed with; answers whether it was that a matched topic is gone. */
  readonly onTopicGone: (error: unknown) => Promise<boolean>
  /** Opens a task, its stores not yet restored. */
  readonly createTask: (taskId: string, partitions: readonly TopicPartition[]) => Promise<StreamTask>
}
