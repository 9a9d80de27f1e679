/**
 * What all nodes that fold into one store, whose windows are put out on close, know together: how far time is, and which
 * windows are open.
 *
 * A fold alone has all of it for itself. The folds of a `cogroup` share it, so that a window closes by the time of all
 * its inputs and is put out once, by whichever fold moves that time; what is late for one of them is late for all. It
 * hangs on the store that they share. A node that starts again begins anew, for itself and those that start after it.
 */
import type { ProcessorContext } from '../processor/processor.ts'
import type { StreamRecord } from '../processor/record.ts'
import { noHeaders } from '../record/record.ts'
import type { StateStore } from '../state/store.ts'
import { idleTime, type IdleTime } from './idle-time.ts'

/** Rows that are put out when they close. */
export interface ClosingStore {
  /** Puts out what is closed at `closeTime`, through `context`; `record` is the one that has moved time. */
  emit(closeTime: number, record: Pick<StreamRecord, 'headers'>, context: ProcessorContext): void
}

export interface ClosingOptions<C extends ClosingStore> {
  /** Of the fold that is started. */
  readonly context: ProcessorContext
  readonly store: StateStore
  /** How far behind time a window closes. */
  readonly behindMs: number
  readonly idleMs: number | undefined
  /** Gathers what is open from the store. */
  readonly open: () => C
}

/** By store, with the nodes that have joined in. */
const shared = new WeakMap<
  StateStore,
  { readonly closing: Closing<ClosingStore>; readonly nodes: Set<string> }
>()

export class Closing<C extends ClosingStore> {
  readonly rows: C
  private readonly behindMs: number
  private readonly idle: IdleTime | undefined
  /** The greatest timestamp of all inputs, or where the clock has taken it. */
  private streamTime = -1

  private constructor({ context, store: { name }, behindMs, idleMs, open }: ClosingOptions<C>) {
    this.rows = open()
    this.behindMs = behindMs
    const advance = (streamTime: number): void => {
      this.streamTime = Math.max(this.streamTime, streamTime)
      this.emit({ headers: noHeaders }, context)
    }
    this.idle = idleTime({ context, name, idleMs, advance })
  }

  /** That of the store; the first of its folds to start makes it. */
  static of<C extends ClosingStore>(options: ClosingOptions<C>): Closing<C> {
    const { context, store } = options
    const known = shared.get(store)
    if (known !== undefined && !known.nodes.has(context.nodeName)) {
      known.nodes.add(context.nodeName)
      // All folds into one store open it alike.
      return known.closing as Closing<C>
    }
    const closing = new Closing(options)
    shared.set(store, { closing, nodes: new Set([context.nodeName]) })
    return closing
  }

  /** A record has come to a fold: puts out what closes with it. Answers how far time is. */
  seen(record: StreamRecord, context: ProcessorContext): number {
    if (record.timestamp > this.streamTime) this.streamTime = record.timestamp
    if (this.idle !== undefined) this.streamTime = this.idle.seen(this.streamTime)
    this.emit(record, context)
    return this.streamTime
  }

  private emit(record: Pick<StreamRecord, 'headers'>, context: ProcessorContext): void {
    this.rows.emit(this.streamTime - this.behindMs, record, context)
  }
}
