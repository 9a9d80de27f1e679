/**
 * `txnindex-checkpoint` in a log's directory: how long the transaction indexes of its segments are, with a checksum of each.
 *
 * Nothing else tells after a kill that one is gone, or ends too early: readers of committed records would be shown aborted ones.
 * Only segments that have one are in it, so a log without aborted transactions has no such file, and a start looks up none.
 *
 *   a checkpoint (`checkpoint-files.ts`): rows `baseOffset txnindexBytes <crc32c of the txnindex>`
 *
 * It is written right after the indexes that it tells of. Where it does not agree with one (somebody changed either, a kill
 * came between the two, or another broker has used the directory) the segment is read and its index built anew, which costs
 * time and nothing else. Of a segment that it does not know it says nothing.
 */
import { readCheckpoint, writeCheckpoint } from './checkpoint-files.ts'
import { joinPath, type FileSystem } from './files.ts'
import type { Segment, SegmentHome } from './segment.ts'
import { txnindexCheckpointFile } from './segment-names.ts'
import { crcOfTransactions } from './transaction-index.ts'

interface NotedIndex {
  readonly sizeInBytes: number
  readonly crc: number
}

export class TxnindexCheckpoint {
  readonly #files: FileSystem
  readonly #path: string
  readonly #noted = new Map<number, NotedIndex>()
  #changed = false

  /** `exists`: whether there is such a file. */
  constructor({ files, directory }: SegmentHome, { exists }: { readonly exists: boolean }) {
    this.#files = files
    this.#path = joinPath(directory, txnindexCheckpointFile)
    for (const row of (exists && readCheckpoint(files, this.#path)) || []) {
      const [baseOffset, sizeInBytes, crc] = row.map(Number)
      if (Number.isSafeInteger(baseOffset! + sizeInBytes! + crc!))
        this.#noted.set(baseOffset!, { sizeInBytes: sizeInBytes!, crc: crc! })
    }
  }

  /** Of the index of a segment; undefined if that is not known. */
  of({ baseOffset }: Segment): NotedIndex | undefined {
    return this.#noted.get(baseOffset)
  }

  /** Takes note of a segment's index, which was just written or is known to be right. */
  note(segment: Segment): void {
    const { transactions } = segment.indexes
    const sizeInBytes = transactions.table.contents().length
    const crc = crcOfTransactions(transactions)
    const before = this.#noted.get(segment.baseOffset)
    if (sizeInBytes === 0) this.forget(segment)
    else if (before?.sizeInBytes !== sizeInBytes || before.crc !== crc) {
      this.#noted.set(segment.baseOffset, { sizeInBytes, crc })
      this.#changed = true
    }
  }

  /** The segment is gone. */
  forget({ baseOffset }: Pick<Segment, 'baseOffset'>): void {
    if (this.#noted.delete(baseOffset)) this.#changed = true
  }

  /** Forgets all but these, and writes. */
  keepOnly(segments: readonly Segment[], sync: boolean): void {
    if (this.#noted.size === 0 && !this.#changed) return
    const bases = new Set(segments.map(({ baseOffset }) => baseOffset))
    for (const baseOffset of this.#noted.keys()) if (!bases.has(baseOffset)) this.forget({ baseOffset })
    this.write(sync)
  }

  /** Writes the file if what it says has changed. */
  write(sync: boolean): void {
    if (!this.#changed) return
    const rows = [...this.#noted].toSorted(([left], [right]) => left - right)
    if (rows.length === 0) this.#files.remove(this.#path)
    else {
      const texts = rows.map(([base, { sizeInBytes, crc }]) => [base, sizeInBytes, crc].map(String))
      writeCheckpoint(this.#files, this.#path, texts, sync)
    }
    this.#changed = false
  }
}
