/**
 * Stream `mapValuesAsync`: a new value for each record from a call that takes its time; keys stay as they are.
 *
 * The records held are bounded: when there are as many as `concurrency`, the task takes no more until one has gone on.
 * Only one record above that makes several, a flat map say, goes beyond it, and these wait here for their turn; never
 * more than `concurrency` calls are under way. A record keeps its place among them through its attempts and the pauses
 * between them, so that a service in trouble is asked less, not more. A result goes on with the timestamp, headers and
 * place of its record; one whose last attempt failed is put before the application's policy when its turn comes.
 */
import { assert } from '../base/assert.ts'
import { StreamsError } from '../base/errors.ts'
import type { AsyncWork } from '../processor/async-work.ts'
import type { AsyncTools, Processor, ProcessorContext, ProcessorSupplier } from '../processor/processor.ts'
import type { StreamRecord } from '../processor/record.ts'
import { AsyncCall, type AsyncCallback, type AttemptPolicy, type CallOwner } from './async-call.ts'
import type { CallOrder } from './async-order.ts'

export interface MapValuesAsyncOptions {
  readonly callback: AsyncCallback
  readonly policy: AttemptPolicy
  /** Calls that are under way at most. */
  readonly concurrency: number
  /** A new one for each task. */
  readonly order: () => CallOrder
}

export function mapValuesAsync(options: MapValuesAsyncOptions): ProcessorSupplier {
  return () => new MapValuesAsync(options)
}

class MapValuesAsync implements Processor, AsyncWork, CallOwner {
  readonly work = this
  readonly callback: AsyncCallback
  readonly policy: AttemptPolicy
  heldCount = 0
  /** Calls that have begun and not come to their end. */
  private openCount = 0
  private readonly concurrency: number
  private readonly order: CallOrder
  /** Calls whose pause is over. */
  private due: AsyncCall[] = []
  private aborted = false
  private context!: ProcessorContext

  constructor({ callback, policy, concurrency, order }: MapValuesAsyncOptions) {
    this.callback = callback
    this.policy = policy
    this.concurrency = concurrency
    this.order = order()
  }

  init(context: ProcessorContext): void {
    this.context = context
  }

  process(record: StreamRecord): void {
    assert(!this.aborted, `'${this.nodeName}' has been given up and takes no records`)
    this.order.add(new AsyncCall(record, this))
    this.heldCount++
    this.beginWhatMay()
  }

  get full(): boolean {
    return this.heldCount >= this.concurrency
  }

  get runningCount(): number {
    let count = 0
    for (const { state } of this.order.held()) if (state === 'running') count++
    return count
  }

  get tools(): AsyncTools {
    return this.context.async
  }

  get nodeName(): string {
    return this.context.nodeName
  }

  advance(mayForward: () => boolean): void {
    while (!this.aborted && mayForward()) {
      const call = this.order.takeForwardable()
      if (call === undefined) break
      this.heldCount--
      if (call.state === 'failed') this.tools.fail(call.error, call.held, call.attempt)
      else this.context.forwardAs(call.held.place, call.record.withValue(call.result))
    }
    for (const call of this.due.splice(0)) call.begin()
    this.beginWhatMay()
  }

  abort(): void {
    if (this.aborted) return
    this.aborted = true
    const reason = new StreamsError('MR-3203', {
      what: `The task gave up the calls of '${this.nodeName}'`,
      why: 'It was closed or revoked, or has failed; the records are done again from the last commit.',
    })
    for (const call of this.order.held()) call.abort(reason)
  }

  /** A call has become due, or has ended. */
  moved(call: AsyncCall): void {
    if (this.aborted) return
    if (call.state === 'due') this.due.push(call)
    else {
      this.openCount--
      this.order.ended(call)
    }
    this.tools.ready()
  }

  private beginWhatMay(): void {
    while (!this.aborted && this.openCount < this.concurrency) {
      const call = this.order.takeStartable()
      if (call === undefined) return
      this.openCount++
      call.begin()
    }
    assert(
      this.openCount <= this.concurrency,
      `'${this.context.nodeName}' has more calls under way than it may`,
    )
  }
}
