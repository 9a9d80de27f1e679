/**
 * Life of a task.
 *
 *   created ──▶ restoring ──▶ running ──▶ suspended ──▶ closed
 *      │            │  ▲                     │  ▲
 *      │            │  └─────────────────────┘  │
 *      └────────────┴───────────────────────────┘
 *
 * created    owns no store yet.              assigned → restoring; lost → suspended
 * restoring  stores open, replaying.         changelog end reached → running; revoked → suspended
 * running    processes and commits.          revoked, aborted or failed → suspended
 * suspended  stores open, takes no input.    assigned again or revived → restoring; lost → closed
 * closed     final: databases are closed.
 */
import { assert } from '../../src/base/assert.ts'

export type TaskState = 'created' | 'restoring' | 'running' | 'suspended' | 'closed'

export const taskTransitions: Readonly<Record<TaskState, readonly TaskState[]>> = {
  created: ['restoring', 'suspended'],
  restoring: ['running', 'suspended'],
  running: ['suspended'],
  suspended: ['restoring', 'closed'],
  closed: [],
}

/** The next state, if the table allows it. */
export function moveTask(taskId: string, from: TaskState, to: TaskState): TaskState {
  assert(taskTransitions[from].includes(to), `task ${taskId} cannot go from ${from} to ${to}`)
  return to
}
