/**
 * What a broker does from time to time: jobs that repeat on the Clock, each one after the other with itself.
 *
 * A job that fails is reported and tried again at its next turn: the disk may have space again by then, and a broker
 * whose cleaner gave up for good would fill it.
 */
import type { Clock, Timer } from '../src/base/clock.ts'

export interface MaintenanceJob {
  readonly name: string
  readonly intervalMs: number
  readonly run: () => void | Promise<void>
}

export class Maintenance {
  readonly #clock: Clock
  readonly #onFailure: (job: string, error: unknown) => void
  readonly #timers = new Map<MaintenanceJob, Timer>()
  readonly #running = new Set<Promise<void>>()
  #closed = false

  constructor(clock: Clock, onFailure: (job: string, error: unknown) => void) {
    this.#clock = clock
    this.#onFailure = onFailure
  }

  /** Runs `job` every `intervalMs`, for the first time after one interval. */
  schedule(job: MaintenanceJob): void {
    if (this.#closed) return
    this.#timers.set(
      job,
      this.#clock.setTimer(job.intervalMs, () => {
        const running = this.#run(job)
        this.#running.add(running)
        void running.then(() => this.#running.delete(running))
      }),
    )
  }

  /** No job begins after this call, and none runs once it has settled. Idempotent. */
  async close(): Promise<void> {
    this.#closed = true
    for (const timer of this.#timers.values()) timer.cancel()
    this.#timers.clear()
    await Promise.all(this.#running)
  }

  async #run(job: MaintenanceJob): Promise<void> {
    try {
      await job.run()
    } catch (error) {
      this.#onFailure(job.name, error)
    }
    this.schedule(job)
  }
}
