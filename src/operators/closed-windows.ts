/**
 * Emit on window close: puts out each window's row once, when the window takes no more records (semantics P7-P9).
 *
 * A window is closed when its end is not later than stream time less the grace; a sliding window, whose end is in it, when
 * its end is earlier. Rows leave by start, then by the bytes of the key, with their own timestamps and with the headers
 * of the record whose processing closed them; they have no old value. Which windows have been put out follows from the
 * last closing time alone, which is noted with the committed positions (P7); those that are left are kept in memory, and
 * gathered anew from the store at every start.
 *
 * Kafka looks at most once a second of the wall clock, to spare its store a scan, which puts the same rows out later and
 * makes them hang on the clock. Here nothing is scanned, and rows leave with the first record that closes their window.
 */
import type { ProcessorContext } from '../processor/processor.ts'
import { StreamRecord } from '../processor/record.ts'
import type { Serde } from '../serdes/serde.ts'
import type { WindowStore } from '../state/store.ts'
import { Change } from './change.ts'
import type { ClosingStore } from './closing.ts'
import { ClosingRows, type ClosingRow } from './closing-rows.ts'

export interface ClosedWindowsOptions {
  /** One that can be walked. */
  readonly store: WindowStore<unknown, unknown>
  readonly keySerde: Serde<unknown>
  readonly sizeMs: number
  /** Whether a record at the end of a window is in it. */
  readonly endIncluded: boolean
}

export class ClosedWindows implements ClosingStore {
  private readonly options: ClosedWindowsOptions
  /** From the start of a window to the first closing time at which it is closed. */
  private readonly openMs: number
  private readonly open: ClosingRows
  /** The closing time of the last windows that were put out; -1 before the first, `undefined` until it is asked for. */
  private last: number | undefined

  constructor(options: ClosedWindowsOptions) {
    const { store, keySerde, sizeMs, endIncluded } = options
    this.options = options
    this.openMs = endIncluded ? sizeMs + 1 : sizeMs
    this.open = new ClosingRows(keySerde)
    for (const [key, { start }] of store.walk()) this.add(key, start)
  }

  /** A window has a row. */
  add(key: unknown, start: number): void {
    this.open.add(start, this.options.store.identity(key), { key, start })
  }

  emit(closeTime: number, record: Pick<StreamRecord, 'headers'>, context: ProcessorContext): void {
    const { store } = this.options
    const last = (this.last ??= context.noted(store.name) ?? -1)
    const latest = closeTime - this.openMs
    if (closeTime <= last || latest < 0) return
    for (let taken = this.open.takeFirst(latest); taken !== undefined; taken = this.open.takeFirst(latest)) {
      // Those that the last closing time has closed were put out then, and are in the store still.
      if (last !== -1 && taken.time <= last - this.openMs) continue
      for (const { key, start } of taken.rows) this.putOut({ key, start }, record, context)
    }
    this.last = closeTime
    context.note(store.name, closeTime)
  }

  private putOut(
    { key, start }: ClosingRow,
    { headers }: Pick<StreamRecord, 'headers'>,
    context: ProcessorContext,
  ): void {
    const { store, sizeMs } = this.options
    const row = store.fetch(key, start)
    // The fold has deleted it, or its retention was over.
    if (row === undefined) return
    const windowed = { key, window: { start, end: start + sizeMs } }
    context.forward(new StreamRecord(windowed, new Change(row.value, undefined), row.timestamp, headers))
  }
}
