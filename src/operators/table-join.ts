/**
 * Table-table `join`, `leftJoin` and `outerJoin` by primary key: the two sides, and the result where they meet.
 *
 *     left table  ─ side (looks right) ─┐
 *                                       ├─ result (keeps the rows, if asked to)
 *     right table ─ side (looks left) ──┘
 *
 * A change of one side is joined with the row that the other side has now. Without that row an inner join sends
 * nothing; a join that keeps this side's unmatched rows joins with `undefined`, but sends nothing for a row that was
 * not there before either (semantics K2 to K4). The timestamp is the greater of the two, the headers are those of the
 * change. A row that both sides change in one go passes through the result that lies between (K6).
 */
import type { Processor, ProcessorContext, ProcessorSupplier } from '../processor/processor.ts'
import { StreamRecord } from '../processor/record.ts'
import type { ValueAndTimestamp } from '../state/store.ts'
import { absent, type JoinCallback } from './callbacks.ts'
import { Change } from './change.ts'
import { Emission } from './emission.ts'
import { openRows, type TableRows } from './table-rows.ts'
import type { ValueGetter, ValueGetterSupplier } from './value-getter.ts'

/** Whose unmatched rows have a result: nobody's, the left table's, or both tables'. */
export type TableJoinType = 'inner' | 'left' | 'outer'

const keepsUnmatched: Readonly<Record<TableJoinType, { readonly left: boolean; readonly right: boolean }>> = {
  inner: { left: false, right: false },
  left: { left: true, right: false },
  outer: { left: true, right: true },
}

export interface TableJoinSideOptions {
  readonly side: 'left' | 'right'
  readonly type: TableJoinType
  /** Rows of the other side. */
  readonly other: ValueGetterSupplier
  readonly joiner: JoinCallback
  readonly sendOldValues: boolean
  /** Whether the table of this side keeps versions; those that come late are not joined (semantics V6). Default false. */
  readonly ofVersions?: boolean | undefined
}

/** The node that joins the changes of one side. */
export function tableJoinSide(options: TableJoinSideOptions): ProcessorSupplier {
  return () => new TableJoinSide(options)
}

class TableJoinSide implements Processor<unknown, Change> {
  private readonly options: TableJoinSideOptions
  private readonly keepsOwn: boolean
  private readonly keepsOther: boolean
  private context!: ProcessorContext
  private others!: ValueGetter

  constructor(options: TableJoinSideOptions) {
    this.options = options
    const keeps = keepsUnmatched[options.type]
    this.keepsOwn = keeps[options.side]
    this.keepsOther = keeps[options.side === 'left' ? 'right' : 'left']
  }

  init(context: ProcessorContext): void {
    this.context = context
    this.others = this.options.other.get(context)
  }

  process(record: StreamRecord<unknown, Change>): void {
    const { key, value: change, headers } = record
    if (absent(key)) return this.context.drop('null-key')
    if (this.options.ofVersions === true && !change.isLatest) return this.context.drop('late')
    const other = this.others.get(key)
    if (other === undefined) {
      if (!this.keepsOwn) return
      if (change.newValue === undefined && change.oldValue === undefined) return
    }
    const timestamp = laterOf(record.timestamp, other)
    // The joiner may look rows up through the same store, which goes on using the row.
    const found = other !== undefined
    const otherValue = other?.value
    const newValue = this.join(change.newValue, otherValue, found, key)
    const oldValue = this.options.sendOldValues
      ? this.join(change.oldValue, otherValue, found, key)
      : undefined
    const joined = new Change(newValue, oldValue, change.isLatest)
    this.context.forward(new StreamRecord(key, joined, timestamp, headers))
  }

  private join(own: unknown, other: unknown, otherFound: boolean, key: unknown): unknown {
    if (own === undefined && !(this.keepsOther && otherFound)) return undefined
    const { side, joiner } = this.options
    const joined = side === 'left' ? joiner(own, other, key) : joiner(other, own, key)
    return joined === null ? undefined : joined
  }
}

export interface TableJoinResultOptions {
  /** Absent when the rows are computed anew whenever they are looked up. */
  readonly store: string | undefined
  readonly sendOldValues: boolean
}

/** The node in which both sides meet. */
export function tableJoinResult(options: TableJoinResultOptions): ProcessorSupplier {
  return () => new TableJoinResult(options)
}

class TableJoinResult implements Processor<unknown, Change> {
  private readonly options: TableJoinResultOptions
  private context!: ProcessorContext
  private rows: TableRows | undefined
  private emission: Emission | undefined

  constructor(options: TableJoinResultOptions) {
    this.options = options
  }

  init(context: ProcessorContext): void {
    this.context = context
    const { store, sendOldValues } = this.options
    if (store === undefined) return
    this.rows = openRows(context, store)
    this.emission = new Emission(context, store, sendOldValues)
  }

  process(record: StreamRecord<unknown, Change>): void {
    const { rows, emission } = this
    if (rows === undefined || emission === undefined) return this.context.forward(record)
    const { key, value: change, timestamp, headers } = record
    const { newValue } = change
    const before = emission.holdsBack ? rows.get(key) : undefined
    const outcome = rows.put(key, newValue, timestamp)
    if (outcome === 'too-old') return this.context.drop('expired')
    if (emission.holdsBack) emission.update(rows.identity(key), key, newValue, before, timestamp)
    else emission.forward(key, newValue, change.oldValue, timestamp, headers, outcome === 'latest')
  }

  flush(): void {
    this.emission?.flush()
  }
}

export interface TableJoinRows {
  readonly left: ValueGetterSupplier
  readonly right: ValueGetterSupplier
  readonly type: TableJoinType
  readonly joiner: JoinCallback
}

/** Rows of a join that keeps none: joined anew from the rows of both sides (semantics K5). */
export function tableJoinValueGetter({ left, right, type, joiner }: TableJoinRows): ValueGetterSupplier {
  const keeps = keepsUnmatched[type]
  return {
    stores: [...new Set([...left.stores, ...right.stores])],
    get: context => {
      const lefts = left.get(context)
      const rights = right.get(context)
      return {
        get: key => {
          const leftRow = copyOf(lefts.get(key))
          if (leftRow === undefined && !keeps.right) return undefined
          const rightRow = rights.get(key)
          if (rightRow === undefined && (leftRow === undefined || !keeps.left)) return undefined
          const timestamp = laterOf(leftRow?.timestamp ?? -1, rightRow)
          const value = joiner(leftRow?.value, rightRow?.value, key)
          return absent(value) ? undefined : { value, timestamp }
        },
      }
    },
  }
}

/** A row that stays as it is: both sides may be read from one store, which goes on using its row. */
function copyOf(row: ValueAndTimestamp<unknown> | undefined): ValueAndTimestamp<unknown> | undefined {
  return row === undefined ? undefined : { value: row.value, timestamp: row.timestamp }
}

function laterOf(timestamp: number, row: ValueAndTimestamp<unknown> | undefined): number {
  return row !== undefined && row.timestamp > timestamp ? row.timestamp : timestamp
}
