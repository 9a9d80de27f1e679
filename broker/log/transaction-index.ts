/**
 * `.txnindex`: the aborted transactions whose abort marker lies in the segment (semantics G33, G75).
 *
 *   entry, 34 bytes:  version int16 = 0 | producerId int64 | firstOffset int64 | lastOffset int64 | lastStableOffset int64
 *
 * `lastOffset` is that of the marker, and `lastStableOffset` the one of the partition once it was written: from there
 * on, no earlier transaction is undecided, so a reader that stops before it need not look at later entries.
 */
import { readInt16, readInt64, writeInt16, writeInt64 } from '../../src/base/bytes.ts'
import { crc32c } from '../../src/base/crc32c.ts'
import { EntryTable } from './entry-table.ts'

export const transactionIndexEntryBytes = 34

export interface AbortedTransaction {
  readonly producerId: number
  /** The first offset that the producer wrote in the transaction. */
  readonly firstOffset: number
  /** The offset of the abort marker. */
  readonly lastOffset: number
  readonly lastStableOffset: number
}

export class TransactionIndex {
  readonly table: EntryTable

  constructor(bytes?: Uint8Array) {
    this.table = new EntryTable(transactionIndexEntryBytes, bytes)
  }

  append(transaction: AbortedTransaction): void {
    const at = this.table.add()
    const { bytes } = this.table
    writeInt16(bytes, at, 0)
    writeInt64(bytes, at + 2, transaction.producerId)
    writeInt64(bytes, at + 10, transaction.firstOffset)
    writeInt64(bytes, at + 18, transaction.lastOffset)
    writeInt64(bytes, at + 26, transaction.lastStableOffset)
  }

  entry(index: number): AbortedTransaction {
    const at = index * transactionIndexEntryBytes
    const { bytes } = this.table
    return {
      producerId: readInt64(bytes, at + 2),
      firstOffset: readInt64(bytes, at + 10),
      lastOffset: readInt64(bytes, at + 18),
      lastStableOffset: readInt64(bytes, at + 26),
    }
  }

  /**
   * Adds to `found` what a reader of [from, upTo) has to know. True once no later segment can hold more of it.
   */
  collect(from: number, upTo: number, found: AbortedTransaction[]): boolean {
    for (let index = 0; index < this.table.count; index++) {
      const transaction = this.entry(index)
      if (transaction.lastOffset >= from && transaction.firstOffset < upTo) found.push(transaction)
      if (transaction.lastStableOffset >= upTo) return true
    }
    return false
  }

  /** Those whose marker has an offset of a range, both ends inclusive. */
  *endedWithin(fromOffset: number, toOffset: number): Generator<AbortedTransaction, void, void> {
    for (let index = 0; index < this.table.count; index++) {
      const transaction = this.entry(index)
      if (transaction.lastOffset >= fromOffset && transaction.lastOffset <= toOffset) yield transaction
    }
  }

  /** Drops the transactions whose marker lies at `offset` or later. */
  cut(offset: number): void {
    let { count } = this.table
    while (count > 0 && this.entry(count - 1).lastOffset >= offset) count--
    this.table.cut(count)
  }

  /** Whether the entries are in order and can be those of a segment: an older transaction may still be open after one. */
  plausible(baseOffset: number): boolean {
    let previous = baseOffset - 1
    for (let index = 0; index < this.table.count; index++) {
      const { producerId, firstOffset, lastOffset, lastStableOffset } = this.entry(index)
      if (readInt16(this.table.bytes, index * transactionIndexEntryBytes) !== 0) return false
      if (producerId < 0 || firstOffset < 0 || lastOffset <= firstOffset || lastOffset <= previous)
        return false
      if (lastStableOffset < 0 || lastStableOffset > lastOffset + 1) return false
      previous = lastOffset
    }
    return true
  }
}

/** Of all entries. */
export function crcOfTransactions({ table }: TransactionIndex): number {
  const contents = table.contents()
  return crc32c(contents, 0, contents.length)
}
