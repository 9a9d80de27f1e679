/** What the tests of compaction share: a compacted log, a cleaner to run over it, and what is left afterwards. */
import { sizeInBytesOf } from '../../../src/record/batch-format.ts'
import { seededRandom } from '../../../src/base/random.ts'
import { LogCleaner } from '../../../broker/log/cleaner.ts'
import { batchOf, openLog, recordsOf, type BatchParts, type Bench, type BenchOptions } from './log-bench.ts'

export type Pair = readonly [string, string | null]

export function openCompacted(options: BenchOptions = {}): Bench {
  const config = {
    compact: true,
    delete: false,
    dirtyRatioMin: 0,
    deleteRetentionMs: 1000,
    ...options.config,
  }
  return openLog({ tail: false, ...options, config })
}

export function put(bench: Bench, pairs: readonly Pair[], parts: BatchParts = {}): void {
  bench.log.append(batchOf(pairs, parts), { origin: 'client', nowMs: bench.nowMs })
}

export function roll(bench: Bench): void {
  const { segmentMs } = bench.config
  bench.log.configure({ ...bench.config, segmentMs: -1 })
  put(bench, [['~', 'filler']])
  bench.log.configure({ ...bench.config, segmentMs })
}

/** Runs the cleaner until nothing is due. */
export function clean(bench: Bench, nowMs = bench.nowMs, cleaner = newCleaner(bench)): LogCleaner {
  while (cleaner.step([bench.log], nowMs));
  return cleaner
}

export function newCleaner(bench: Bench, bytesMax = 1 << 20): LogCleaner {
  return new LogCleaner({
    files: bench.files,
    root: '/data',
    random: seededRandom(1),
    bytesMax,
    backoffMs: 0,
  })
}

/** offset:key=value of all records that are neither markers nor filler. */
export function left(bench: Bench): readonly string[] {
  const seen: string[] = []
  for (let offset = bench.log.logStartOffset; offset < bench.log.logEndOffset;) {
    const { records } = bench.log.read({ offset, maxBytes: 1 << 20 })
    if (records.length === 0) break
    for (const record of recordsOf(records)) {
      if (record.key !== '~' && record.offset >= offset) {
        seen.push(`${record.offset}:${record.control ? 'marker' : `${record.key}=${record.value}`}`)
      }
    }
    offset = endOf(records)
  }
  return seen
}

export function endOf(records: Uint8Array): number {
  let end = 0
  for (let at = 0; at < records.length; at += sizeInBytesOf(records, at)) {
    const view = new DataView(records.buffer, records.byteOffset + at)
    end = Number(view.getBigInt64(0)) + view.getInt32(23) + 1
  }
  return end
}
