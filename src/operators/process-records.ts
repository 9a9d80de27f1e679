/**
 * Stream `process` and `processValues`: a processor of the application's own (semantics A2, A3, U1 to U7).
 *
 * What the callbacks answer is forwarded as it is yielded, depth-first, before the callback goes on. A processor holds
 * nothing of its own: whatever it has to remember is in stores, so that one definition serves all tasks.
 */
import type {
  Cancellable,
  Processor,
  ProcessorContext,
  ProcessorSupplier,
  PunctuationType,
  RecordContext,
} from '../processor/processor.ts'
import { StreamRecord } from '../processor/record.ts'
import type { ProcessorMetrics } from '../processor/sensors.ts'
import type { Headers } from '../record/record.ts'
import { absent } from './callbacks.ts'
import { openStores, type NamedStore } from './processor-stores.ts'

export interface PunctuationPlan {
  readonly intervalMs: number
  readonly type: PunctuationType
  readonly startMs: number | undefined
  readonly run: (context: PunctuatedTask) => unknown
}

export interface ProcessOptions {
  readonly stores: readonly NamedStore[]
  readonly init?: ((context: ProcessedTask) => void) | undefined
  readonly process: (record: StreamRecord, context: ProcessedTask) => unknown
  readonly close?: ((context: ProcessedTask) => void) | undefined
  /** Those that begin with the task. */
  readonly punctuations: (context: ProcessedTask) => readonly PunctuationPlan[]
  /** Turns what `context.schedule` is given into a plan; throws what is wrong with it. */
  readonly planPunctuation?: (punctuation: unknown) => PunctuationPlan
  /** Whether results are values, which go on under the key of the record. */
  readonly valuesOnly: boolean
}

export function process(options: ProcessOptions): ProcessorSupplier {
  return () => new Process(options)
}

/** What `process` yields; `processValues` yields values. */
interface Result {
  readonly key: unknown
  readonly value: unknown
  readonly timestamp?: number
  readonly headers?: Headers
}

class Process implements Processor {
  private readonly options: ProcessOptions
  private context!: ProcessorContext
  private task!: ProcessedTask
  /** The time of what is being processed: of the record as it came here, or of the punctuation. */
  private time = 0

  constructor(options: ProcessOptions) {
    this.options = options
  }

  init(context: ProcessorContext): void {
    this.context = context
    const { options } = this
    const stores = openStores(options.stores, context, () => this.time)
    const schedule = (plan: PunctuationPlan): Cancellable => this.schedule(plan)
    const { planPunctuation } = options
    this.task = new ProcessedTask(context, stores, punctuation => {
      if (planPunctuation === undefined) throw new TypeError('this processor cannot schedule')
      return schedule(planPunctuation(punctuation))
    })
    for (const plan of options.punctuations(this.task)) schedule(plan)
    options.init?.(this.task)
  }

  process(record: StreamRecord): void {
    this.time = record.timestamp
    if (this.options.valuesOnly) {
      this.processValue(record)
      return
    }
    const { context } = this
    for (const result of resultsOf(this.options.process(record, this.task)))
      context.forward(recordOf(result, record))
  }

  close(): void {
    this.options.close?.(this.task)
  }

  /** Results are values: the key stays, whatever the processor does (semantics A3). */
  private processValue(record: StreamRecord): void {
    const { context } = this
    const { key } = record
    for (const result of resultsOf(this.options.process(record, this.task))) {
      if (record.key !== key)
        throw new TypeError('processValues changed the key of its record, which must stay')
      context.forward(fixedKeyRecordOf(result, record))
    }
  }

  private schedule({ intervalMs, type, startMs, run }: PunctuationPlan): Cancellable {
    const { context, task } = this
    const punctuated = new PunctuatedTask(context, task.stores, punctuation => task.schedule(punctuation))
    const punctuate = (now: number): void => this.punctuate(run, punctuated, now)
    const scheduled = context.schedule(intervalMs, type, punctuate, startMs)
    punctuated.cancel = () => scheduled.cancel()
    return scheduled
  }

  private punctuate(run: PunctuationPlan['run'], punctuated: PunctuatedTask, now: number): void {
    const { context } = this
    this.time = now
    punctuated.now = now
    punctuated.count++
    const at = { timestamp: now, headers: context.keptHeaders }
    for (const result of resultsOf(run(punctuated))) {
      if (this.options.valuesOnly)
        throw new TypeError('a punctuation of processValues has no key to put a value out under')
      context.forward(recordOf(result, at))
    }
  }
}

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

const noResults: readonly unknown[] = []

/** What a callback answered, refused where it is nothing to go through. */
function resultsOf(answer: unknown): Iterable<unknown> {
  if (absent(answer)) return noResults
  // A text can be gone through, character by character, which nobody means.
  if (typeof answer === 'object' && Symbol.iterator in answer) return answer as Iterable<unknown>
  const found = typeof answer === 'object' && 'then' in answer ? 'a promise' : typeof answer
  throw new TypeError(`a processor must answer an iterable of results, or nothing, not ${found}: use yield`)
}

function fixedKeyRecordOf(result: unknown, record: StreamRecord): StreamRecord {
  if (result instanceof StreamRecord)
    throw new TypeError('processValues yields values, not records: the key cannot be changed')
  if (!(result instanceof ValueResult)) return record.withValue(result)
  const { value, timestamp = record.timestamp, headers = record.headers } = result
  checkTimestamp(timestamp)
  return record.withValue(value).withTimestamp(timestamp).withHeaders(headers)
}

function recordOf(
  result: unknown,
  from: { readonly timestamp: number; readonly headers: Headers },
): StreamRecord {
  if (result instanceof StreamRecord) {
    checkTimestamp(result.timestamp)
    return result
  }
  if (typeof result !== 'object' || result === null || !('key' in result && 'value' in result))
    throw new TypeError(`a processor must yield { key, value }, not ${String(result)}`)
  const { key, value, timestamp = from.timestamp, headers = from.headers } = result as Result
  checkTimestamp(timestamp)
  return new StreamRecord(key, value, timestamp, headers)
}

function checkTimestamp(timestamp: number): void {
  if (!Number.isSafeInteger(timestamp) || timestamp < 0)
    throw new RangeError(`a record's timestamp must be an integer of at least 0, not ${timestamp}`)
}
