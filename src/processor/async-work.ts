/**
 * What a node with asynchronous work is to its task.
 *
 * `process` of such a node takes a record and returns; the result comes later. Nothing is done within the event that
 * brings it: the node notes it and tells the task, which calls `advance` between two records. A commit waits until
 * nothing is held, so that committed positions never pass a record that is under way.
 */

/** The work of one node in one task. */
export interface AsyncWork {
  /** Records that came in and whose results have not been forwarded. */
  readonly heldCount: number
  /** How many of them wait for something other than time: a call that has not answered. */
  readonly runningCount: number
  /** Whether it holds as many as it may: the task takes no records until that is over. */
  readonly full: boolean
  /** Forwards what has come, in the order that is promised and while `mayForward` allows it, and begins what is next. */
  advance(mayForward: () => boolean): void
  /** Gives everything up: signals are aborted, and nothing is forwarded from now on. Idempotent. */
  abort(): void
}
