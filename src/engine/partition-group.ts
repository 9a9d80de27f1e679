/**
 * The input partitions of a task: which record is next, and whether to wait for more before choosing.
 *
 * The partition whose head has the smallest timestamp is next (semantics T4); of equal ones, the one that was
 * declared first. A linear scan: a task has as many input partitions as its sub-topology has topics, mostly one
 * to three, where a heap costs more than it saves. When a partition is empty, `maxTaskIdleMs` says what to do (T5):
 *
 *     maxTaskIdleMs | empty, lag > 0 or unknown | empty, lag 0
 *     < 0           | go                        | go
 *     0             | wait                      | go
 *     > 0           | wait                      | wait that long by the wall clock, then go
 */
import type { Clock } from '../base/clock.ts'
import type { RecordQueue } from './record-queue.ts'

export class PartitionGroup {
  readonly queues: RecordQueue[]
  private readonly maxTaskIdleMs: number
  private readonly clock: Clock
  /** Since when a caught-up partition has been empty while another has records. */
  private idleSince: number | undefined

  constructor(queues: readonly RecordQueue[], maxTaskIdleMs: number, clock: Clock) {
    this.queues = [...queues]
    this.maxTaskIdleMs = maxTaskIdleMs
    this.clock = clock
  }

  /** Takes one more into account. */
  add(queue: RecordQueue): void {
    this.queues.push(queue)
  }

  /** The queue whose head is next; `undefined` when there is nothing, or something is worth waiting for. */
  next(): RecordQueue | undefined {
    const { queues } = this
    let chosen: RecordQueue | undefined
    let empty = false
    for (let index = 0; index < queues.length; index++) {
      const queue = queues[index]!
      if (!queue.ready()) empty = true
      else if (chosen === undefined || queue.headTimestamp < chosen.headTimestamp) chosen = queue
    }
    if (chosen === undefined) return undefined
    if (empty) return this.waits() ? undefined : chosen
    this.idleSince = undefined
    return chosen
  }

  private waits(): boolean {
    if (this.maxTaskIdleMs < 0) return false
    for (const { head, lag } of this.queues) {
      if (head !== undefined || lag === 0) continue
      this.idleSince = undefined
      return true
    }
    if (this.maxTaskIdleMs === 0) return false
    const now = this.clock.monotonic()
    this.idleSince ??= now
    return now - this.idleSince < this.maxTaskIdleMs
  }
}
