/** The tasks of a tested application that may have something to process, and which of them goes on. */
import type { DriverTask } from './driver-task.ts'

export class FedTasks {
  private readonly fed: DriverTask[] = []
  /** Those that have run out of records since the last time that this was looked at. */
  private readonly dry: DriverTask[] = []

  get isEmpty(): boolean {
    return this.fed.length === 0
  }

  add(task: DriverTask): void {
    if (task.isFed) return
    task.isFed = true
    this.fed.push(task)
  }

  /**
   * The task whose next record has the smallest timestamp; of equal ones, the task that was made first. A task that is
   * alone is not asked: it may turn out to have none.
   */
  next(): DriverTask | undefined {
    const { fed } = this
    if (fed.length === 1) return fed[0]
    let next: DriverTask | undefined
    let earliest = Infinity
    for (let index = 0; index < fed.length; index++) {
      const task = fed[index]!
      const timestamp = task.engine.nextTimestamp()
      if (timestamp === undefined) this.removeAt(index--)
      else if (timestamp < earliest || (timestamp === earliest && task.index < next!.index)) {
        next = task
        earliest = timestamp
      }
    }
    return next
  }

  /** The task has run out of records. */
  remove(task: DriverTask): void {
    this.removeAt(this.fed.indexOf(task))
  }

  /** One that has run out of records; each once. */
  takeDry(): DriverTask | undefined {
    return this.dry.shift()
  }

  private removeAt(index: number): void {
    const task = this.fed[index]!
    // A list that is emptied by `splice` makes another for what it took out.
    if (index === this.fed.length - 1) this.fed.pop()
    else this.fed.splice(index, 1)
    task.isFed = false
    this.dry.push(task)
  }
}
