/** What the tests of the log share: a log on a file system in memory, batches from values, values from batches. */
import { BatchWriter } from '../../../src/record/batch-writer.ts'
import { batches } from '../../../src/record/batch-reader.ts'
import { utf8Bytes, utf8Slice } from '../../../src/base/text.ts'
import { logConfigDefaults, type LogConfig } from '../../../broker/log/log-config.ts'
import { MemoryFiles } from '../../../broker/log/memory-files.ts'
import type { OpenLogOptions } from '../../../broker/log/log-options.ts'
import { PartitionLog } from '../../../broker/log/partition-log.ts'
import { TailBudget } from '../../../broker/log/tail-budget.ts'

export const startMs = 1_700_000_000_000

export interface Bench {
  readonly files: MemoryFiles
  readonly config: LogConfig
  log: PartitionLog
  nowMs: number
  /** Opens the log anew in the same files. */
  reopen(options?: Partial<OpenLogOptions>): PartitionLog
}

export interface BenchOptions {
  readonly config?: Partial<LogConfig>
  readonly files?: MemoryFiles
  /** Whether the tail is kept in memory; default true. */
  readonly tail?: boolean
  readonly open?: Partial<OpenLogOptions>
}

export function openLog(options: BenchOptions = {}): Bench {
  const files = options.files ?? new MemoryFiles()
  files.nowMs = startMs
  const config = { ...logConfigDefaults, ...options.config }
  files.makeDirectory('/data/orders-0')
  files.syncDirectory('')
  files.syncDirectory('/data')
  const open = (nowMs: number, more: Partial<OpenLogOptions> = {}): PartitionLog =>
    PartitionLog.open({
      files,
      directory: '/data/orders-0',
      topic: 'orders',
      partition: 0,
      config,
      nowMs,
      ...(options.tail === false ? { tailBudget: new TailBudget({ logBytesMax: 0, bytesMax: 0 }) } : {}),
      ...options.open,
      ...more,
    })
  const bench: Bench = {
    files,
    config,
    nowMs: startMs,
    log: open(startMs),
    reopen(more) {
      bench.log = open(bench.nowMs, more)
      return bench.log
    },
  }
  return bench
}

export interface BatchParts {
  readonly timestamp?: number
  readonly producerId?: number
  readonly producerEpoch?: number
  readonly baseSequence?: number
  readonly transactional?: boolean
  readonly codec?: 0 | 1 | 2 | 3 | 4
}

/** A batch of values without keys, or of [key, value] pairs; null values are tombstones. */
export function batchOf(
  records: readonly (string | readonly [string | null, string | null])[],
  parts: BatchParts = {},
): Uint8Array {
  const writer = new BatchWriter()
  for (const record of records) {
    const [key, value] = typeof record === 'string' ? [null, record] : record
    writer.append(parts.timestamp ?? startMs, bytesOf(key), bytesOf(value))
  }
  const { timestamp: _, ...header } = parts
  return writer.close(header)
}

export interface SeenRecord {
  readonly offset: number
  readonly timestamp: number
  readonly key: string | null
  readonly value: string | null
  readonly control: boolean
  readonly producerId: number
}

export function recordsOf(bytes: Uint8Array): readonly SeenRecord[] {
  const seen: SeenRecord[] = []
  for (const cursor of batches(bytes)) {
    while (cursor.next()) {
      seen.push({
        offset: cursor.offset,
        timestamp: cursor.timestamp,
        key: cursor.control ? null : textOf(cursor.key()),
        value: cursor.control ? null : textOf(cursor.value()),
        control: cursor.control,
        producerId: cursor.producerId,
      })
    }
  }
  return seen
}

export function valuesOf(bytes: Uint8Array): readonly (string | null)[] {
  return recordsOf(bytes).map(record => record.value)
}

function bytesOf(text: string | null): Uint8Array | null {
  return text === null ? null : utf8Bytes(text)
}

function textOf(bytes: Uint8Array | null): string | null {
  return bytes === null ? null : utf8Slice(bytes)
}
