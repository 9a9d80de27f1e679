/** Which tasks of a tested application have results of asynchronous calls, and the wait for the next. */
import { deferred, type Deferred } from '../base/deferred.ts'

export class DriverCalls {
  private ready = new Set<string>()
  private arrival: Deferred<void> | undefined

  /** A task has results; called whenever they come. */
  notify(task: string): void {
    this.ready.add(task)
    this.wake()
  }

  get hasReady(): boolean {
    return this.ready.size > 0
  }

  /** Takes the ids of the tasks that have results. */
  take(): ReadonlySet<string> {
    const { ready } = this
    this.ready = new Set()
    return ready
  }

  /** Resolves when a task has results, or there will be none any more. */
  async arrived(): Promise<void> {
    this.arrival ??= deferred()
    await this.arrival.promise
  }

  /** Ends the wait. */
  wake(): void {
    this.arrival?.resolve()
    this.arrival = undefined
  }
}
