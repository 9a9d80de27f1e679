/**
 * Emit on window close of sessions: puts out each session once, when it can take no more records (semantics P7-P9).
 *
 * A session is closed when it ends earlier than stream time less gap and grace. Sessions leave by end, then start, then the
 * bytes of the key, with their ends as timestamps and the headers of the record that closed them; they have no old value.
 * One that was put out may still become part of a later session, when a late record joins the two: the longer session is
 * put out as well then, and the shorter one is not taken back. Otherwise it is as in `closed-windows.ts`.
 */
import type { ProcessorContext } from '../processor/processor.ts'
import { StreamRecord } from '../processor/record.ts'
import type { Serde } from '../serdes/serde.ts'
import type { SessionStore } from '../state/store.ts'
import type { Window, Windowed } from '../windows/window.ts'
import { Change } from './change.ts'
import type { ClosingStore } from './closing.ts'
import { ClosingRows } from './closing-rows.ts'

export interface ClosedSessionsOptions {
  /** One that can be walked. */
  readonly store: SessionStore<unknown, unknown>
  readonly keySerde: Serde<unknown>
}

export class ClosedSessions implements ClosingStore {
  private readonly options: ClosedSessionsOptions
  private readonly open: ClosingRows
  /** The closing time of the last sessions that were put out; -1 before the first, `undefined` until it is asked for. */
  private last: number | undefined

  constructor(options: ClosedSessionsOptions) {
    this.options = options
    this.open = new ClosingRows(options.keySerde)
    for (const [key, session] of options.store.walk()) this.add(key, session)
  }

  /** A session has a row. */
  add(key: unknown, { start, end }: Window): void {
    this.open.add(end, this.identityOf(key, start), { key, start })
  }

  /** A session has become part of another. */
  delete(key: unknown, { start, end }: Window): void {
    this.open.delete(end, this.identityOf(key, start))
  }

  emit(closeTime: number, record: Pick<StreamRecord, 'headers'>, context: ProcessorContext): void {
    const { store } = this.options
    const last = (this.last ??= context.noted(store.name) ?? -1)
    const latest = closeTime - 1
    if (closeTime <= last || latest < 0) return
    for (let taken = this.open.takeFirst(latest); taken !== undefined; taken = this.open.takeFirst(latest)) {
      const { time: end, rows } = taken
      // Put out by the last closing time, and in the store still.
      if (end < last) continue
      for (const { key, start } of rows) this.putOut({ key, window: { start, end } }, record, context)
    }
    this.last = closeTime
    context.note(store.name, closeTime)
  }

  private putOut(
    session: Windowed<unknown>,
    { headers }: Pick<StreamRecord, 'headers'>,
    context: ProcessorContext,
  ): void {
    const { store } = this.options
    const { key, window } = session
    const { start, end } = window
    const value = store.fetchSession(key, start, end)
    // The fold has deleted it, or its retention was over.
    if (value === undefined) return
    context.forward(new StreamRecord(session, new Change(value, undefined), end, headers))
  }

  private identityOf(key: unknown, start: number): string {
    return `${start}/${String(this.options.store.identity(key))}`
  }
}
