/**
 * Stream `process` and `processValues`: a processor of the application's own (semantics A2, A3, U1 to U7).
 *
 * What the callbacks answer is forwarded as it is yielded, depth-first, before the callback goes on.
 */
import type { Processor, ProcessorContext, ProcessorSupplier } from '../processor/processor.ts'
import { StreamRecord } from '../processor/record.ts'
import type { Headers } from '../record/record.ts'
import { absent } from './callbacks.ts'
import { ValueResult, type ProcessedTask } from './processed-task.ts'
import { TaskCallbacks, type TaskCallbacksOptions } from './task-callbacks.ts'

export interface ProcessOptions extends TaskCallbacksOptions {
  readonly process: (record: StreamRecord, context: ProcessedTask) => unknown
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
  private readonly callbacks: TaskCallbacks
  private context!: ProcessorContext

  constructor(options: ProcessOptions) {
    this.options = options
    this.callbacks = new TaskCallbacks(options, (answer, now) => this.putOut(answer, now))
  }

  init(context: ProcessorContext): void {
    this.context = context
    this.callbacks.start(context)
  }

  process(record: StreamRecord): void {
    const { context, callbacks } = this
    callbacks.time = record.timestamp
    if (this.options.valuesOnly) {
      this.processValue(record)
      return
    }
    for (const result of resultsOf(this.options.process(record, callbacks.task)))
      context.forward(recordOf(result, record))
  }

  close(): void {
    this.callbacks.close()
  }

  /** Results are values: the key stays, whatever the processor does (semantics A3). */
  private processValue(record: StreamRecord): void {
    const { context } = this
    const { key } = record
    for (const result of resultsOf(this.options.process(record, this.callbacks.task))) {
      if (record.key !== key)
        throw new TypeError('processValues changed the key of its record, which must stay')
      context.forward(fixedKeyRecordOf(result, record))
    }
  }

  /** What a punctuation has answered. */
  private putOut(answer: unknown, now: number): void {
    const { context } = this
    const at = { timestamp: now, headers: context.keptHeaders }
    for (const result of resultsOf(answer)) {
      if (this.options.valuesOnly)
        throw new TypeError('a punctuation of processValues has no key to put a value out under')
      context.forward(recordOf(result, at))
    }
  }
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
