/** The place of a record whose asynchronous work goes on, and the record as it was read where a dead letter may be made of it. */
import type { HeldRecord, RecordContext } from '../processor/processor.ts'
import type { ReadableRecord } from './record-chunk.ts'
import type { TaskScope } from './task-scope.ts'

export class HeldPlace implements HeldRecord {
  readonly place: RecordContext
  readonly read: ReadableRecord | undefined

  /** Of the record that the task is processing. */
  constructor({ current, errors }: TaskScope) {
    const { topic, partition, offset, timestamp, headers } = current
    this.place = { topic, partition, offset, timestamp, headers }
    this.read = errors.keep(current)
  }
}
