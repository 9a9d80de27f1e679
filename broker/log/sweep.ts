/**
 * Brings a partition's directory into order before it is read: ends or undoes what a crash interrupted.
 *
 *   what is found                      what it means                            what is done
 *   ---------------------------------  ---------------------------------------  ------------------------------------
 *   *.deleted, *.tmp                   removal or replacement under way         removed
 *   *.cleaned                          compaction had not finished writing      removed: the originals are all there
 *   N.log.swap                         written whole: the swap has begun        finished: originals in its range go,
 *                                                                               then it takes its final name
 *   N.index.swap etc. without the log  compaction had not finished renaming     removed: the originals are all there
 *   index files without a log          removal of a segment under way, or a     removed, but for transaction indexes:
 *                                      log file that somebody lost              recovery tells which
 *
 * The rename to `N.log.swap` is the point of no return (semantics G56): indexes are renamed before their log in both
 * renames of a swap, so a log that bears a suffix has its indexes under the same suffix or a later one.
 */
import { lastOffsetOf } from '../../src/record/batch-format.ts'
import { BatchScanner } from './batch-scan.ts'
import { joinPath, type FileSystem } from './files.ts'
import {
  lostOffsetsFile,
  parsePartitionFileName,
  segmentFileKinds,
  segmentFileName,
  txnindexCheckpointFile,
  type PartitionFileName,
} from './segment-names.ts'

/** What is left after a sweep, each in order. */
export interface SweptDirectory {
  readonly segmentOffsets: readonly number[]
  readonly snapshotOffsets: readonly number[]
  /** Of index files that had no log, though none was about to be removed. */
  readonly orphanOffsets: readonly number[]
  /** Whether an earlier start has kept what it found gone. */
  readonly hasLostOffsets: boolean
  readonly hasTxnindexCheckpoint: boolean
}

export function sweepDirectory(files: FileSystem, directory: string): SweptDirectory {
  const names = files.list(directory)
  for (const name of names) if (name.endsWith('.tmp')) files.remove(joinPath(directory, name))
  const parsed = names.flatMap(name => parsePartitionFileName(name) ?? [])
  const remove = ({ offset, kind, suffix }: PartitionFileName): void => {
    const name = kind === 'snapshot' ? `${segmentFileName(offset, 'log').slice(0, -3)}snapshot` : undefined
    files.remove(
      joinPath(
        directory,
        name === undefined ? segmentFileName(offset, kind as never, suffix) : `${name}${suffix}`,
      ),
    )
  }
  for (const file of parsed) if (file.suffix === '.deleted' || file.suffix === '.cleaned') remove(file)
  const logs = new Set(offsetsOf(parsed, 'log', ''))
  const swaps = offsetsOf(parsed, 'log', '.swap')
  for (const offset of swaps) {
    finishSwap(files, directory, offset, logs)
    logs.add(offset)
  }
  const finished = new Set(swaps)
  const orphans = new Set<number>()
  const doomed = new Set(offsetsOf(parsed, 'log', '.deleted'))
  for (const file of parsed) {
    if (file.suffix === '.swap' && !finished.has(file.offset)) remove(file)
    if (file.suffix === '' && file.kind !== 'log' && file.kind !== 'snapshot' && !logs.has(file.offset)) {
      if (!doomed.has(file.offset)) orphans.add(file.offset)
      // What it tells of transactions may be all that is left of them.
      if (file.kind !== 'txnindex' || doomed.has(file.offset)) remove(file)
    }
  }
  return {
    segmentOffsets: [...logs].sort((left, right) => left - right),
    snapshotOffsets: offsetsOf(parsed, 'snapshot', ''),
    orphanOffsets: [...orphans].sort((left, right) => left - right),
    hasLostOffsets: names.includes(lostOffsetsFile),
    hasTxnindexCheckpoint: names.includes(txnindexCheckpointFile),
  }
}

/** Removes the originals that a swap file replaces, and gives it its name. `logs` loses those that went. */
function finishSwap(files: FileSystem, directory: string, offset: number, logs: Set<number>): void {
  const path = joinPath(directory, segmentFileName(offset, 'log', '.swap'))
  const endOffset = endOffsetOf(files, path, offset)
  for (const original of logs) {
    if (original < offset || (original >= endOffset && original !== offset)) continue
    logs.delete(original)
    if (original === offset) continue
    for (const kind of segmentFileKinds) files.remove(joinPath(directory, segmentFileName(original, kind)))
  }
  for (const kind of segmentFileKinds.toReversed()) {
    const from = joinPath(directory, segmentFileName(offset, kind, '.swap'))
    const to = joinPath(directory, segmentFileName(offset, kind))
    if (files.stat(from) !== undefined) files.rename(from, to)
  }
  files.syncDirectory(directory)
}

/** The offset after the last batch of a file; the cleaner keeps the last batch of what it replaces. */
function endOffsetOf(files: FileSystem, path: string, baseOffset: number): number {
  const file = files.open(path, 'read')
  try {
    const scanner = new BatchScanner(file, { position: 0, end: file.sizeInBytes(), checked: false })
    let endOffset = baseOffset
    while (scanner.next()) endOffset = lastOffsetOf(scanner.bytes, scanner.at) + 1
    return endOffset
  } finally {
    file.close()
  }
}

function offsetsOf(
  parsed: readonly PartitionFileName[],
  kind: PartitionFileName['kind'],
  suffix: PartitionFileName['suffix'],
): readonly number[] {
  return parsed
    .filter(file => file.kind === kind && file.suffix === suffix)
    .map(file => file.offset)
    .sort((left, right) => left - right)
}
