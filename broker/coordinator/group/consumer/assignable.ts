/** A group as the server's assignors see it, and what they are. */
import type { Target } from './records.ts'

/** A member as an assignor sees it. */
export interface AssignableMember {
  readonly memberId: string
  readonly instanceId: string | null
  /** The topics that it subscribes to, of those that exist. */
  readonly topicIds: ReadonlySet<string>
  /** What it was to have so far. */
  readonly target: Target
}

/** A group as an assignor sees it. */
export interface AssignableGroup {
  readonly members: readonly AssignableMember[]
  /** Partitions of each topic that is subscribed to, by its id, in the order in which topics have their turn. */
  readonly counts: ReadonlyMap<string, number>
  /** Whether all members subscribe to the same, also of what does not exist. */
  readonly isAlike: boolean
}

/** Answers what each member is to have. */
export type Assignor = (group: AssignableGroup) => ReadonlyMap<string, Target>
