/** `aroundProcess`: puts a function around what a processor does with each record. */
import type { AsyncWork } from './async-work.ts'
import type { Processor, ProcessorContext, ProcessorSupplier } from './processor.ts'
import type { StreamRecord } from './record.ts'

/** Called for every record; `next` hands a record on to the processor, once, or not at all to leave it out. */
export type AroundProcess = (
  record: StreamRecord,
  next: (record: StreamRecord) => void,
  context: ProcessorContext,
) => void

/**
 * The suppliers of `wrapProcessor`: processors that do what those of `supplier` do, with `around` called for each record.
 *
 * @example
 * ```ts
 * import { aroundProcess, defineApp, string, topic } from 'millrace'
 *
 * const lines = topic('lines', { key: string(), value: string() })
 * const loud = topic('loud', { key: string(), value: string() })
 * const counts = new Map<string, number>()
 *
 * export default defineApp({
 *   id: 'counted',
 *   build: b => b.stream(lines).mapValues(line => line.toUpperCase()).to(loud),
 *   wrapProcessor: (name, supplier) =>
 *     aroundProcess(supplier, (record, next) => {
 *       counts.set(name, (counts.get(name) ?? 0) + 1)
 *       next(record)
 *     }),
 * })
 * ```
 */
export function aroundProcess(supplier: ProcessorSupplier, around: AroundProcess): ProcessorSupplier {
  return () => new AroundProcessor(supplier(), around)
}

class AroundProcessor implements Processor {
  private readonly inner: Processor
  private readonly around: AroundProcess
  private readonly next: (record: StreamRecord) => void
  private context!: ProcessorContext

  constructor(inner: Processor<never, never>, around: AroundProcess) {
    this.inner = inner
    this.around = around
    this.next = record => this.inner.process(record)
  }

  init(context: ProcessorContext): void {
    this.context = context
    this.inner.init?.(context)
  }

  process(record: StreamRecord): void {
    this.around(record, this.next, this.context)
  }

  flush(): void {
    this.inner.flush?.()
  }

  get work(): AsyncWork | undefined {
    return this.inner.work
  }

  close(): void {
    this.inner.close?.()
  }
}
