/**
 * Session `count`, `reduce` and `aggregate`: folds each record into the one session that it makes of all it touches.
 *
 * The sessions within the gap of the record are merged in the order of their ends, beginning with the initial value, and
 * the record is folded in last (semantics W1). Unless the result is the moment of the record alone, each of them is
 * removed, and a tombstone with its key sent, before the merged session is put (W2). A record is dropped as late when
 * even the merged session has been closed by stream time, less gap and grace: one that bridges into an open session is
 * not (W3). The result's time is its session's end (W4). A null key is dropped; a null value is not (S6). Updates carry
 * no headers, as in Kafka, and an update of a session in place has no old value there either.
 */
import type { Processor, ProcessorContext, ProcessorSupplier } from '../processor/processor.ts'
import type { StreamRecord } from '../processor/record.ts'
import type { SessionEntry, SessionStore } from '../state/store.ts'
import type { SessionWindows } from '../windows/session-windows.ts'
import type { Window, Windowed } from '../windows/window.ts'
import { absent, type MergeCallback } from './callbacks.ts'
import { ClosedSessions } from './closed-sessions.ts'
import { Closing } from './closing.ts'
import { dropLate } from './late-records.ts'
import type { WindowedFoldOptions } from './fold-options.ts'
import { FoldEmission } from './shared-emission.ts'

export interface SessionAggregateOptions extends WindowedFoldOptions {
  readonly windows: SessionWindows
  /** Makes what a session begins with; answers `undefined` where `add` and `merge` can begin with nothing. */
  readonly initial: () => unknown
  readonly merge: MergeCallback
}

export function sessionAggregate(options: SessionAggregateOptions): ProcessorSupplier {
  return () => new SessionAggregate(options)
}

class SessionAggregate implements Processor {
  readonly valueUse: 'read' | 'presence'
  private readonly options: SessionAggregateOptions
  private context!: ProcessorContext
  private store!: SessionStore<unknown, unknown>
  private emission!: FoldEmission
  private closing: Closing<ClosedSessions> | undefined
  private streamTime = -1

  constructor(options: SessionAggregateOptions) {
    this.options = options
    this.valueUse = options.readsValue === false ? 'presence' : 'read'
  }

  init(context: ProcessorContext): void {
    const { onClose, windows, idleMs } = this.options
    this.context = context
    this.store = context.store(this.options.store)
    this.emission = new FoldEmission(context, this.store, this.options)
    if (onClose === undefined) return
    const { store } = this
    const open = (): ClosedSessions => new ClosedSessions({ store, keySerde: onClose.keySerde })
    const behindMs = windows.graceMs + windows.gapMs
    this.closing = Closing.of({ context, store, behindMs, idleMs, open })
  }

  process(record: StreamRecord): void {
    const { key, value, timestamp } = record
    if (absent(key)) return this.context.drop('null-key')
    if (timestamp > this.streamTime) this.streamTime = timestamp
    // Before the record is folded: its session may let the store forget sessions that are put out now.
    if (this.closing !== undefined) this.streamTime = this.closing.seen(record, this.context)
    const { windows, initial, add, merge, late } = this.options
    const { context } = this
    const { gapMs, graceMs } = windows
    const closeTime = this.streamTime - graceMs - gapMs
    const touched = this.store.findSessions(key, timestamp - gapMs, timestamp + gapMs)
    let accumulator = initial()
    let start = timestamp
    let end = timestamp
    for (const session of touched) {
      accumulator = merge(accumulator, session.value, key)
      if (session.start < start) start = session.start
      if (session.end > end) end = session.end
    }
    if (end < closeTime)
      return dropLate(context, late, record, { window: { start, end }, streamTime: this.streamTime })
    const replaced = start !== end
    if (replaced) for (const session of touched) this.remove(key, session, timestamp)
    let updated = add(accumulator, value, key)
    if (updated === null) updated = undefined
    this.store.put(key, { start, end }, updated, timestamp)
    if (this.closing !== undefined) return this.closing.rows.add(key, { start, end })
    // Where sessions were removed, what is held back for this one, if anything, knows its old value already.
    const inPlace = replaced ? undefined : touched[0]?.value
    this.emit(key, { start, end }, updated, { sent: undefined, held: inPlace })
  }

  flush(): void {
    this.emission.flush()
  }

  private remove(key: unknown, session: SessionEntry<unknown>, timestamp: number): void {
    const { start, end, value } = session
    this.store.put(key, session, undefined, timestamp)
    if (this.closing !== undefined) return this.closing.rows.delete(key, session)
    this.emit(key, { start, end }, undefined, { sent: value, held: value })
  }

  /** `old`: what is sent as the old value now, and what the row was to those who get updates once per commit. */
  private emit(key: unknown, window: Window, value: unknown, old: { sent: unknown; held: unknown }): void {
    const { store } = this
    const emission = this.emission.current
    const { start, end } = window
    const windowed: Windowed<unknown> = { key, window }
    if (!emission.holdsBack) return emission.forward(windowed, value, old.sent, end, this.context.keptHeaders)
    const identity = `${start}/${String(store.identity(key))}`
    if (!emission.replace(end, identity, value, end))
      emission.hold(end, identity, windowed, value, old.held, end)
  }
}
