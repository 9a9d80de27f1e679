/**
 * Rows that wait in memory for the time at which they are put out (emit on window close): in the order of time, then of
 * their keys' bytes.
 *
 * Only what is not closed yet waits here, so that the retention of the store makes no difference to how much it is. Times
 * are in a heap, each once; those whose rows were all taken away again cost a number until their time comes.
 */
import { Heap } from '../base/heap.ts'
import { latin1Slice } from '../base/text.ts'
import type { Serde } from '../serdes/serde.ts'
import type { KeyIdentity } from '../state/store.ts'

export interface ClosingRow {
  readonly key: unknown
  /** Where the window starts. */
  readonly start: number
}

export class ClosingRows {
  private readonly keySerde: Serde<unknown>
  private readonly rowsAt = new Map<number, Map<KeyIdentity, ClosingRow>>()
  private readonly times = new Heap<number>((left, right) => left < right)

  constructor(keySerde: Serde<unknown>) {
    this.keySerde = keySerde
  }

  /** `identity` stands for the row among those of its time; one that waits already goes on waiting. */
  add(time: number, identity: KeyIdentity, row: ClosingRow): void {
    let rows = this.rowsAt.get(time)
    if (rows === undefined) {
      this.rowsAt.set(time, (rows = new Map()))
      this.times.push(time)
    }
    if (!rows.has(identity)) rows.set(identity, row)
  }

  /** Takes a row away that is not to be put out. */
  delete(time: number, identity: KeyIdentity): void {
    this.rowsAt.get(time)?.delete(identity)
  }

  /** Takes out the rows of the first time that is not later than `latest`, if there is one: by start, then key. */
  takeFirst(latest: number): { readonly time: number; readonly rows: readonly ClosingRow[] } | undefined {
    const time = this.times.peek()
    if (time === undefined || time > latest) return undefined
    this.times.pop()
    const rows = [...this.rowsAt.get(time)!.values()]
    this.rowsAt.delete(time)
    if (rows.length < 2) return { time, rows }
    const sorted = rows
      .map(row => ({ row, order: latin1Slice(this.keySerde.serialize(row.key)) }))
      .sort((a, b) => a.row.start - b.row.start || (a.order < b.order ? -1 : 1))
    return { time, rows: sorted.map(({ row }) => row) }
  }
}
