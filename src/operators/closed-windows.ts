/**
 * Emit on window close: puts out each window's row once, when the window takes no more records (semantics P7-P9).
 *
 * A window is closed when its end is not later than stream time less the grace. Rows leave by start, then by the bytes
 * of the key, with their own timestamps and with the headers of the record whose processing closed them; they have no
 * old value. Which windows have been put out follows from the last closing time alone, which is noted with the
 * committed positions (P7); those that are left are kept in memory, and gathered anew from the store at every start.
 *
 * Kafka looks at most once a second of the wall clock, to spare its store. Here nothing has to be spared, and rows leave
 * with the first record that closes their window.
 */
import { latin1Slice } from '../base/text.ts'
import type { ProcessorContext } from '../processor/processor.ts'
import { StreamRecord } from '../processor/record.ts'
import type { KeyIdentity, WindowStore } from '../state/store.ts'
import type { Serde } from '../serdes/serde.ts'
import type { FixedWindows } from '../windows/fixed-windows.ts'
import { Change } from './change.ts'

export interface ClosedWindowsOptions {
  readonly context: ProcessorContext
  /** One that can be walked. */
  readonly store: WindowStore<unknown, unknown>
  readonly keySerde: Serde<unknown>
  readonly windows: FixedWindows
}

export class ClosedWindows {
  private readonly options: ClosedWindowsOptions
  /** Windows that were not put out yet: their keys, by start. */
  private readonly open = new Map<number, Map<KeyIdentity, unknown>>()
  /** The closing time of the last windows that were put out; -1 before the first, `undefined` until it is asked for. */
  private last: number | undefined

  constructor(options: ClosedWindowsOptions) {
    this.options = options
    for (const [key, { start }] of options.store.walk()) this.add(key, start)
  }

  /** A window has a row. */
  add(key: unknown, start: number): void {
    let keys = this.open.get(start)
    if (keys === undefined) this.open.set(start, (keys = new Map()))
    const identity = this.options.store.identity(key)
    if (!keys.has(identity)) keys.set(identity, key)
  }

  /** Puts out what is closed at `closeTime`; `record` is the one that has moved time. */
  emit(closeTime: number, record: StreamRecord): void {
    const { context, store, windows } = this.options
    const last = (this.last ??= context.noted(store.name) ?? -1)
    const upper = closeTime - windows.sizeMs
    if (closeTime <= last || upper < 0) return
    const lower = last === -1 ? 0 : last - windows.sizeMs + 1
    for (const start of [...this.open.keys()].sort((a, b) => a - b)) {
      if (start > upper) break
      const keys = this.open.get(start)!
      this.open.delete(start)
      // Put out before the last start, when they were closed.
      if (start >= lower) this.emitWindow(start, keys, record)
    }
    this.last = closeTime
    context.note(store.name, closeTime)
  }

  private emitWindow(start: number, keys: ReadonlyMap<KeyIdentity, unknown>, record: StreamRecord): void {
    const { context, store, windows, keySerde } = this.options
    const window = { start, end: start + windows.sizeMs }
    const ordered = [...keys.values()]
      .map(key => ({ key, order: latin1Slice(keySerde.serialize(key)) }))
      .sort((a, b) => (a.order < b.order ? -1 : 1))
    for (const { key } of ordered) {
      const row = store.fetch(key, start)
      // The fold has deleted it, or its retention was over.
      if (row === undefined) continue
      const change = new Change(row.value, undefined)
      context.forward(new StreamRecord({ key, window }, change, row.timestamp, record.headers))
    }
  }
}
