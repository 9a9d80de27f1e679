/**
 * The three indexes of a segment together: read from their files, cut at an offset, written.
 *
 * A file is replaced, never written over: whatever moment a process is killed at, the files are those of some moment at
 * which they were noted, each of them for itself. The transaction index is synced, names included, because it alone
 * cannot be built from the segment.
 */
import { batchHeaderBytes } from '../../src/record/batch-format.ts'
import { readWholeFile, replaceFile, writeNewFile, type FileSystem } from './files.ts'
import { OffsetIndex, offsetIndexEntryBytes } from './offset-index.ts'
import type { SegmentFileKind } from './segment-names.ts'
import type { Settling } from './settling.ts'
import { TimeIndex, timeIndexEntryBytes } from './time-index.ts'
import { TransactionIndex, transactionIndexEntryBytes } from './transaction-index.ts'

export interface SegmentIndexes {
  readonly offsets: OffsetIndex
  readonly times: TimeIndex
  readonly transactions: TransactionIndex
}

/** Where the files of one segment are. */
export interface IndexFiles {
  readonly files: FileSystem
  readonly path: (kind: SegmentFileKind) => string
}

export function emptyIndexes(baseOffset: number): SegmentIndexes {
  return {
    offsets: new OffsetIndex(baseOffset),
    times: new TimeIndex(baseOffset),
    transactions: new TransactionIndex(),
  }
}

/** The transaction index. Recovery has seen to it that it can be read. */
export function readTransactionIndex(home: IndexFiles): TransactionIndex {
  return new TransactionIndex(wholeEntries(home, 'txnindex', transactionIndexEntryBytes))
}

/** The offset and the time index of a log file of `logBytes`; undefined if they cannot be right. */
export function readSparseIndexes(
  home: IndexFiles,
  {
    baseOffset,
    logBytes,
    sizes,
  }: {
    readonly baseOffset: number
    readonly logBytes: number
    /** What their files should be. */
    readonly sizes?: { readonly index: number; readonly timeindex: number } | undefined
  },
): Pick<SegmentIndexes, 'offsets' | 'times'> | undefined {
  const offsetBytes = wholeEntries(home, 'index', offsetIndexEntryBytes)
  const timeBytes = wholeEntries(home, 'timeindex', timeIndexEntryBytes)
  if (offsetBytes === undefined || timeBytes === undefined) return undefined
  if (sizes !== undefined && (offsetBytes.length !== sizes.index || timeBytes.length !== sizes.timeindex))
    return undefined
  const offsets = new OffsetIndex(baseOffset, offsetBytes)
  const times = new TimeIndex(baseOffset, timeBytes)
  const complete = logBytes < batchHeaderBytes || times.table.count > 0 || offsets.table.count === 0
  return complete && offsets.plausible(logBytes) && times.plausible() ? { offsets, times } : undefined
}

/** Drops what the indexes say of `offset`, the start of a batch, and of all after it. */
export function cutIndexes({ offsets, times, transactions }: SegmentIndexes, offset: number): void {
  offsets.cut(offset)
  times.cut(offset)
  transactions.cut(offset)
}

/** Whether the two sparse indexes are put on the disk as well, but not their names; or what sees to both. */
export type IndexSync = boolean | Settling

/** Replaces the files. */
export function writeIndexFiles(home: IndexFiles, indexes: SegmentIndexes, sync: IndexSync): void {
  const { files, path } = home
  const { offsets, times, transactions } = indexes
  for (const [kind, { table }] of [
    ['index', offsets],
    ['timeindex', times],
  ] as const) {
    if (typeof sync !== 'boolean') {
      sync.replace(path(kind), table.contents())
      continue
    }
    const temporary = `${path(kind)}.tmp`
    writeNewFile(files, temporary, table.contents(), sync)
    files.rename(temporary, path(kind))
  }
  if (transactions.table.count > 0) replaceFile(files, path('txnindex'), transactions.table.contents())
  else files.remove(path('txnindex'))
}

/** Forces the two sparse indexes to the disk, beside the event loop; their names are left to the caller. */
export async function syncIndexFiles({ files, path }: IndexFiles): Promise<void> {
  const there = (['index', 'timeindex'] as const).filter(kind => files.stat(path(kind)) !== undefined)
  const syncs = there.map(async kind => {
    const file = files.open(path(kind), 'write')
    try {
      await file.syncAsync()
    } finally {
      file.close()
    }
  })
  await Promise.all(syncs)
}

function wholeEntries(
  { files, path }: IndexFiles,
  kind: SegmentFileKind,
  entryBytes: number,
): Uint8Array | undefined {
  const bytes = readWholeFile(files, path(kind))
  return bytes === undefined || bytes.length % entryBytes === 0 ? bytes : undefined
}
