/**
 * `.segment-sizes` in a data directory: how long the files of every segment were at a stop in order, so that the next start
 * notices what was lost of them since. Nothing else would tell that a transaction index is gone, or ends too early: then
 * readers of committed records are shown aborted ones.
 *
 *   a checkpoint (`checkpoint-files.ts`): a row `recovery-points <crc32c>` of the checkpoint that was written with it, and then
 *   rows `topic partition baseOffset logBytes indexBytes timeindexBytes txnindexBytes <crc32c of the txnindex>`
 *
 * Taken away when it is read, and believed only beside the recovery points of its own stop: another version of this broker, or
 * Apache Kafka, may have used the directory since. The start looks up no file for it that it does not look up anyway.
 */
import { crc32c } from '../../src/base/crc32c.ts'
import { partitionKey } from '../../src/base/topic-partition.ts'
import { readCheckpoint, writeCheckpoint, type CheckpointRow } from './checkpoint-files.ts'
import { recoveryPointFile } from './checkpoints.ts'
import { joinPath, readWholeFile, type FileSystem } from './files.ts'
import type { SegmentSizes, SizesOfLog } from './log-types.ts'
import type { PartitionLog } from './partition-log.ts'
import { sizesOf } from './segment-check.ts'

const fileName = '.segment-sizes'
const stampName = 'recovery-points'

/** By topic and partition; empty if they cannot be believed. */
export function takeSegmentSizes(files: FileSystem, root: string): ReadonlyMap<string, SizesOfLog> {
  const path = joinPath(root, fileName)
  const [stamp, ...rows] = readCheckpoint(files, path) ?? []
  const all = new Map<string, Map<number, SegmentSizes>>()
  if (stamp === undefined) return all
  files.remove(path)
  if (stamp[0] !== stampName || stamp[1] !== stampOf(files, root)) return all
  for (const [topic, partition, ...numbers] of rows) {
    const [base, log, index, timeindex, txnindex, txnindexCrc] = numbers.map(Number)
    const sum = base! + log! + index! + timeindex! + txnindex! + txnindexCrc!
    if (!Number.isSafeInteger(sum)) return new Map()
    const key = partitionKey(topic!, Number(partition))
    let sizes = all.get(key)
    if (sizes === undefined) all.set(key, (sizes = new Map()))
    sizes.set(base!, {
      log: log!,
      index: index!,
      timeindex: timeindex!,
      txnindex: txnindex!,
      txnindexCrc: txnindexCrc!,
    })
  }
  return all
}

/** Called once all logs are closed and their recovery points written. Puts it on the disk. */
export function writeSegmentSizes(files: FileSystem, root: string, logs: Iterable<PartitionLog>): void {
  const rows: CheckpointRow[] = [[stampName, stampOf(files, root)]]
  for (const { topic, partition, store } of logs) {
    // A swap that broke off is for the next start to end.
    if (store.swapping) continue
    for (const segment of store.segments.all) {
      const { log, index, timeindex, txnindex, txnindexCrc } = sizesOf(segment)
      const numbers = [partition, segment.baseOffset, log, index, timeindex, txnindex, txnindexCrc]
      rows.push([topic, ...numbers.map(String)])
    }
  }
  writeCheckpoint(files, joinPath(root, fileName), rows)
}

function stampOf(files: FileSystem, root: string): string {
  const bytes = readWholeFile(files, joinPath(root, recoveryPointFile)) ?? new Uint8Array(0)
  return String(crc32c(bytes, 0, bytes.length))
}
