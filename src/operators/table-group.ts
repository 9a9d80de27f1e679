/**
 * Table `groupBy`: sends each change of a row to the groups that the row leaves and joins (semantics K7, S13).
 *
 *     old row → group a, new row → group b     (a, null<old) and then (b, new<null)
 *     both rows → group a                      (a, new<old), one record (KIP-904)
 *
 * The table above sends old values. A half without a row or a group is left out; with neither, nothing is sent. Versions
 * that come late are not sent: groups are of the latest rows (V6).
 */
import { assert } from '../base/assert.ts'
import type { Processor, ProcessorContext, ProcessorSupplier } from '../processor/processor.ts'
import { StreamRecord } from '../processor/record.ts'
import { absent, type ValueCallback } from './callbacks.ts'
import { Change } from './change.ts'

export interface TableGroupOptions {
  /** Names the group of a row; called with values that are there only. */
  readonly fn: ValueCallback<unknown>
  /** Whether two groups, both there, are the same. */
  readonly sameGroup: (left: unknown, right: unknown) => boolean
  /** Whether the table above keeps versions. Default false. */
  readonly ofVersions?: boolean | undefined
}

export function tableGroup(options: TableGroupOptions): ProcessorSupplier {
  return () => new TableGroup(options)
}

class TableGroup implements Processor<unknown, Change> {
  private readonly options: TableGroupOptions
  private context!: ProcessorContext

  constructor(options: TableGroupOptions) {
    this.options = options
  }

  init(context: ProcessorContext): void {
    this.context = context
  }

  process(record: StreamRecord<unknown, Change>): void {
    const { newValue, oldValue, isLatest } = record.value
    if (this.options.ofVersions === true && !isLatest) return
    assert(!absent(record.key), 'a row without a key is in no table')
    const newGroup = this.groupOf(newValue, record.key)
    const oldGroup = this.groupOf(oldValue, record.key)
    const joins = !absent(newGroup)
    const leaves = !absent(oldGroup)
    if (joins && leaves && this.options.sameGroup(oldGroup, newGroup)) {
      return this.send(oldGroup, new Change(newValue, oldValue), record)
    }
    if (leaves) this.send(oldGroup, new Change(undefined, oldValue), record)
    if (joins) this.send(newGroup, new Change(newValue, undefined), record)
  }

  private groupOf(value: unknown, key: unknown): unknown {
    return absent(value) ? undefined : this.options.fn(value, key, this.context.record)
  }

  private send(group: unknown, change: Change, { timestamp, headers }: StreamRecord): void {
    this.context.forward(new StreamRecord(group, change, timestamp, headers))
  }
}
