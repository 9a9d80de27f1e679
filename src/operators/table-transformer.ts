/**
 * Table `transformValues` with state of its own: a transformer that has stores, a beginning and an end, and punctuations
 * (semantics D32).
 *
 * It is called for every change of a row, and for the old value too where that is asked for and not kept. Where the rows
 * are not kept, those who look them up call it again, in their own nodes: with the same stores, which are connected to
 * them as well. Kafka gives each of them a transformer of its own, which begins, ends and schedules anew, and leaves it
 * without its stores; here the transformer begins, ends and punctuates once in a task, where the table is made.
 */
import type { ProcessorContext, ProcessorSupplier, RecordContext } from '../processor/processor.ts'
import type { StreamRecord } from '../processor/record.ts'
import { noHeaders, type Headers } from '../record/record.ts'
import { absent } from './callbacks.ts'
import type { Change } from './change.ts'
import { ProcessedTask, type RecordMetadata } from './processed-task.ts'
import { openStores } from './processor-stores.ts'
import { TableTransform, type TableTransformOptions } from './table-transform.ts'
import { TaskCallbacks, type TaskCallbacksOptions } from './task-callbacks.ts'
import type { ValueGetter, ValueGetterSupplier } from './value-getter.ts'

export interface Transformer extends TaskCallbacksOptions {
  readonly transform: (value: unknown, key: unknown, context: ProcessedTask) => unknown
  /** The names of the stores that it is connected to; global ones are not among them. */
  readonly connected: readonly string[]
}

export interface TableTransformerOptions {
  readonly transformer: Transformer
  readonly store?: string | undefined
  readonly sendOldValues: boolean
}

export function tableTransformer(options: TableTransformerOptions): ProcessorSupplier {
  return () => new TableTransformer(options)
}

class TableTransformer extends TableTransform {
  private readonly callbacks: TaskCallbacks

  constructor({ transformer, store, sendOldValues }: TableTransformerOptions) {
    const callbacks = new TaskCallbacks(transformer, refuseResults)
    const compute: TableTransformOptions['compute'] = (value, key) =>
      transformer.transform(value, key, callbacks.task)
    super({ compute, store, sendOldValues, skipsAbsentToAbsent: false, computesAbsent: true })
    this.callbacks = callbacks
  }

  override init(context: ProcessorContext): void {
    super.init(context)
    this.callbacks.start(context)
  }

  override process(record: StreamRecord<unknown, Change>): void {
    this.callbacks.time = record.timestamp
    super.process(record)
  }

  close(): void {
    this.callbacks.close()
  }
}

/** Rows of the table above, transformed when they are looked up, rows that are not there included. */
export function transformerGetter(above: ValueGetterSupplier, transformer: Transformer): ValueGetterSupplier {
  return {
    stores: [...new Set([...above.stores, ...transformer.connected])],
    get: (context): ValueGetter => {
      const rows = above.get(context)
      const place = new LookupPlace()
      const stores = openStores(transformer.stores, context, () => place.now(context.record))
      const task = new LookupTask(context, stores, place)
      return {
        get: (key, asOf) => {
          const row = rows.get(key, asOf)
          place.timestamp = row?.timestamp ?? -1
          const value = transformer.transform(row?.value, key, task)
          return absent(value) ? undefined : { value, timestamp: place.timestamp }
        },
      }
    },
  }
}

/** A row that is looked up comes from no record; all that is known of it is its time. */
class LookupPlace {
  timestamp = -1

  /** The time of what is written on the way: that of the row, or where there is none, of the record that looks. */
  now({ timestamp }: RecordContext): number {
    return this.timestamp < 0 ? Math.max(0, timestamp) : this.timestamp
  }
}

class LookupTask extends ProcessedTask {
  private readonly place: LookupPlace

  constructor(context: ProcessorContext, stores: ProcessedTask['stores'], place: LookupPlace) {
    super(context, stores, () => {
      throw new TypeError('transformValues: a row that is looked up starts no punctuation: schedule in init')
    })
    this.place = place
  }

  override get recordMetadata(): RecordMetadata | undefined {
    return undefined
  }

  override get topic(): string | undefined {
    return undefined
  }

  override get partition(): number {
    return -1
  }

  override get offset(): number {
    return -1
  }

  override get timestamp(): number {
    return this.place.timestamp
  }

  override get headers(): Headers {
    return noHeaders
  }
}

function refuseResults(answer: unknown): void {
  if (!absent(answer))
    throw new TypeError('transformValues: a punctuation puts nothing out: a table changes with its rows')
}
