/** What the callbacks of a processor of the application's own see of their task, and of a punctuation. */
import type { Cancellable, ProcessorContext, RecordContext } from '../processor/processor.ts'
import type { ProcessorMetrics } from '../processor/sensors.ts'
import type { Headers } from '../record/record.ts'

/** Where a record comes from. */
export interface RecordMetadata {
  readonly topic: string
  readonly partition: number
  readonly offset: number
}

/** A value with more than the record's own time and headers: what `context.result` makes. */
export class ValueResult<out V> {
  readonly value: V
  readonly timestamp: number | undefined
  readonly headers: Headers | undefined

  constructor(value: V, timestamp: number | undefined, headers: Headers | undefined) {
    this.value = value
    this.timestamp = timestamp
    this.headers = headers
  }
}

/** What the callbacks see of their task. */
export class ProcessedTask implements RecordContext {
  readonly stores: Readonly<Record<string, unknown>>
  /** Starts a punctuation. */
  readonly schedule: (punctuation: unknown) => Cancellable
  /** A property, like `schedule`: contexts are taken apart where they are used. */
  readonly requestCommit: () => void
  readonly metrics: ProcessorMetrics
  protected readonly context: ProcessorContext

  constructor(
    context: ProcessorContext,
    stores: ProcessedTask['stores'],
    schedule: ProcessedTask['schedule'],
  ) {
    this.context = context
    this.stores = stores
    this.schedule = schedule
    this.requestCommit = () => context.requestCommit()
    this.metrics = context.metrics
  }

  get recordMetadata(): RecordMetadata | undefined {
    const { topic, partition, offset } = this.context.record
    return topic === undefined ? undefined : { topic, partition, offset }
  }

  get topic(): string | undefined {
    return this.context.record.topic
  }

  get partition(): number {
    return this.context.record.partition
  }

  get offset(): number {
    return this.context.record.offset
  }

  get timestamp(): number {
    return this.context.record.timestamp
  }

  get headers(): Headers {
    return this.context.record.headers
  }

  get applicationId(): string {
    return this.context.applicationId
  }

  get taskId(): string {
    return this.context.taskId
  }

  get nodeName(): string {
    return this.context.nodeName
  }

  get stateDirectory(): string | undefined {
    return this.context.stateDirectory
  }

  get streamTime(): number {
    return this.context.streamTime
  }

  get wallClock(): number {
    return this.context.wallClock()
  }

  result(
    value: unknown,
    { timestamp, headers }: { readonly timestamp?: number; readonly headers?: Headers },
  ): ValueResult<unknown> {
    return new ValueResult(value, timestamp, headers)
  }
}

/** What a punctuation sees. */
export class PunctuatedTask extends ProcessedTask {
  now = 0
  count = 0
  cancel: () => void = () => undefined
}
