/**
 * Stream `process` and `processValues`: a processor of the application's own (semantics A2, A3, U1 to U7).
 *
 * What the callbacks answer is forwarded as it is yielded, depth-first, before the callback goes on. A processor holds
 * nothing of its own: whatever it has to remember is in stores, so that one definition serves all tasks.
 */
import type {
  Processor,
  ProcessorContext,
  ProcessorSupplier,
  PunctuationType,
  RecordContext,
} from '../processor/processor.ts'
import { StreamRecord } from '../processor/record.ts'
import { noHeaders, type Headers } from '../record/record.ts'
import { absent } from './callbacks.ts'
import { processorStore, readableStore, type ReadableStore } from '../state/processor-store.ts'
import type { KeyValueStore } from '../state/store.ts'

/** A store, and what the processor calls it. */
export interface NamedStore {
  readonly property: string
  readonly store: string
  readonly writable: boolean
}

export interface PunctuationPlan {
  readonly intervalMs: number
  readonly type: PunctuationType
  readonly startMs: number | undefined
  readonly run: (context: PunctuatedTask) => unknown
}

export interface ProcessOptions {
  readonly stores: readonly NamedStore[]
  readonly process: (record: StreamRecord, context: ProcessedTask) => unknown
  readonly punctuations: readonly PunctuationPlan[]
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
    const stores = openStores(this.options.stores, context, () => this.time)
    this.task = new ProcessedTask(context, stores)
    for (const plan of this.options.punctuations) {
      const { intervalMs, type, startMs, run } = plan
      const punctuated = new PunctuatedTask(context, stores)
      const punctuate = (now: number): void => this.punctuate(run, punctuated, now)
      const scheduled = context.schedule(intervalMs, type, punctuate, startMs)
      punctuated.cancel = () => scheduled.cancel()
    }
  }

  process(record: StreamRecord): void {
    const { context } = this
    const { valuesOnly } = this.options
    this.time = record.timestamp
    for (const result of resultsOf(this.options.process(record, this.task)))
      context.forward(valuesOnly ? record.withValue(result) : recordOf(result, record))
  }

  private punctuate(run: PunctuationPlan['run'], punctuated: PunctuatedTask, now: number): void {
    const { context } = this
    this.time = now
    punctuated.now = now
    punctuated.count++
    const at = { timestamp: now, headers: noHeaders }
    for (const result of resultsOf(run(punctuated))) {
      if (this.options.valuesOnly)
        throw new TypeError('a punctuation of processValues has no key to put a value out under')
      context.forward(recordOf(result, at))
    }
  }
}

/** What the callbacks see of their task. */
export class ProcessedTask implements RecordContext {
  readonly stores: Readonly<Record<string, ReadableStore<unknown, unknown>>>
  protected readonly context: ProcessorContext

  constructor(context: ProcessorContext, stores: ProcessedTask['stores']) {
    this.context = context
    this.stores = stores
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

  get streamTime(): number {
    return this.context.streamTime
  }

  get wallClock(): number {
    return this.context.wallClock()
  }

  requestCommit(): void {
    this.context.requestCommit()
  }
}

/** What a punctuation sees. */
export class PunctuatedTask extends ProcessedTask {
  now = 0
  count = 0
  cancel: () => void = () => undefined
}

function openStores(
  stores: readonly NamedStore[],
  context: ProcessorContext,
  now: () => number,
): ProcessedTask['stores'] {
  const opened = stores.map(({ property, store: name, writable }) => {
    const store = context.store<KeyValueStore<unknown, unknown>>(name)
    return [property, writable ? processorStore(store, now) : readableStore(store)] as const
  })
  return Object.freeze(Object.fromEntries(opened))
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

function recordOf(
  result: unknown,
  from: { readonly timestamp: number; readonly headers: Headers },
): StreamRecord {
  if (result instanceof StreamRecord) return result
  if (typeof result !== 'object' || result === null || !('key' in result && 'value' in result))
    throw new TypeError(`a processor must yield { key, value }, not ${String(result)}`)
  const { key, value, timestamp = from.timestamp, headers = from.headers } = result as Result
  if (!Number.isSafeInteger(timestamp) || timestamp < 0)
    throw new RangeError(`a record's timestamp must be an integer of at least 0, not ${timestamp}`)
  return new StreamRecord(key, value, timestamp, headers)
}
