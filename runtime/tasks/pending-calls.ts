/**
 * The asynchronous calls of a worker's tasks, as its loop sees them: whether results have come, and whether a commit can
 * be made.
 *
 * A commit needs every task to be drained. One that can be put off is: tasks with calls under way take no more records,
 * the loop goes on with the others, and looks again when results come. One that cannot, because partitions are given up
 * or the application ends, waits here, for a bounded time; then the calls are given up, and their records done again.
 */
import { deferred, type Deferred } from '../../src/base/deferred.ts'
import type { Clock } from '../../src/base/clock.ts'

/** What is to be known of a task. */
export interface DrainableTask {
  drain(): boolean
  resume(): void
}

/** How long a commit that cannot be put off waits for calls: less than an orderly end may take. */
export const drainMsMax = 20_000

export class PendingCalls {
  readonly #clock: Clock
  readonly #wakeLoop: () => void
  #arrived = false
  #arrival: Deferred<void> | undefined
  #draining: readonly DrainableTask[] = []
  #abandoned = false

  /** `wakeLoop` ends the wait of the loop for records. */
  constructor(clock: Clock, wakeLoop: () => void) {
    this.#clock = clock
    this.#wakeLoop = wakeLoop
  }

  /** A task has results. */
  notify(): void {
    this.#arrived = true
    this.#arrival?.resolve()
    this.#wakeLoop()
  }

  /** Whether results have come that nobody has looked for yet. */
  get arrived(): boolean {
    return this.#arrived
  }

  /** Whether a commit waits for calls. */
  get isAwaited(): boolean {
    return this.#draining.length > 0
  }

  /** To be called before the tasks are asked to go on. */
  looked(): void {
    this.#arrived = false
  }

  /** Begins or goes on to drain; answers whether a commit can be made now. */
  drained(tasks: readonly DrainableTask[]): boolean {
    this.looked()
    // Every one is asked: all of them are to take no more.
    const drained = tasks.filter(task => task.drain()).length === tasks.length
    this.#draining = drained ? [] : tasks
    return drained
  }

  /** Lets the tasks take records again, though no commit was made. */
  resume(): void {
    for (const task of this.#draining) task.resume()
    this.#draining = []
  }

  /** Waits until a commit can be made; false if calls take too long, or all was abandoned. */
  async whenDrained(tasks: readonly DrainableTask[]): Promise<boolean> {
    const until = this.#clock.monotonic() + drainMsMax
    while (!this.#abandoned) {
      if (this.drained(tasks)) return true
      const leftMs = until - this.#clock.monotonic()
      if (leftMs <= 0) break
      const arrival = deferred()
      this.#arrival = arrival
      const timer = this.#clock.setTimer(leftMs, arrival.resolve)
      await arrival.promise
      timer.cancel()
    }
    this.#draining = []
    return false
  }

  /** Ends every wait: the tasks are closed. */
  abandon(): void {
    this.#abandoned = true
    this.#draining = []
    this.#arrival?.resolve()
  }
}
