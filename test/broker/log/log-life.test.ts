/**
 * The life of two logs in a data directory, held against a list of what was written: appends and transactions while retention,
 * compaction and DeleteRecords take records away, settings change, and the directory is closed, killed or loses power in between.
 * What is read must have been written; what is gone must have been allowed to go; searches by time find what is there; and at
 * the end compaction leaves the last record of each key. A failure prints its seed.
 */
import { expect, it } from 'vitest'
import { seededRandom, randomIndex, type Random } from '../../../src/base/random.ts'
import { logConfigDefaults, type LogConfig } from '../../../broker/log/log-config.ts'
import { LogDirectory } from '../../../broker/log/log-directory.ts'
import { MemoryFiles } from '../../../broker/log/memory-files.ts'
import type { PartitionLog } from '../../../broker/log/partition-log.ts'
import { batchOf, recordsOf, startMs, type SeenRecord } from './log-bench.ts'

interface Entry {
  readonly key: string | null
  readonly value: string | null
  readonly timestamp: number
  readonly producer: number
  readonly writtenMs: number
  state: 'committed' | 'open' | 'aborted'
}

/** What one log should hold. */
class Model {
  /** By offset; markers are null. */
  readonly entries: (Entry | null)[] = []
  /** By producer: where its transaction begins. */
  readonly open = new Map<number, number>()
  readonly sequences = new Map<number, number>()
  /** Offsets before it were deleted, and somebody was told so. */
  deletedTo = 0
  /** Whether it was ever compacted, and how soon a tombstone could go. */
  compacted: boolean
  tombstoneMs: number

  constructor(config: LogConfig) {
    this.compacted = config.compact
    this.tombstoneMs = config.deleteRetentionMs
  }

  end(producer: number, commit: boolean): void {
    for (const entry of this.entries) {
      if (entry?.producer === producer && entry.state === 'open')
        entry.state = commit ? 'committed' : 'aborted'
    }
    this.open.delete(producer)
    this.entries.push(null)
  }

  /** Whether compaction may have taken a record away. */
  mayLack(offset: number, nowMs: number): boolean {
    const entry = this.entries[offset]
    if (!this.compacted) return false
    if (entry === null || entry === undefined || entry.state === 'aborted' || entry.key === null) return true
    if (entry.value === null && nowMs - entry.writtenMs >= this.tombstoneMs) return true
    return this.entries.slice(offset + 1).some(each => each?.key === entry.key && each.state === 'committed')
  }
}

class Life {
  readonly #random: Random
  readonly #files = new MemoryFiles()
  readonly #durability: 'process' | 'power'
  readonly #configs = new Map<string, LogConfig>()
  readonly #models = new Map<string, Model>()
  #directory: LogDirectory
  #nowMs = startMs

  constructor(seed: number) {
    this.#random = seededRandom(seed)
    this.#durability = this.#one('process', 'process', 'power')
    this.#directory = this.#open()
    for (const topic of ['orders', 'prices']) {
      const config = this.#randomConfig()
      this.#configs.set(topic, config)
      this.#models.set(topic, new Model(config))
      const topicId = 'AAAAAAAAAAAAAAAAAAAAAQ'
      this.#directory.create({ topic, partition: 0, topicId, config, nowMs: this.#nowMs })
    }
  }

  async step(): Promise<void> {
    const topic = this.#one('orders', 'prices')
    const [log, model] = [this.#directory.get(topic, 0)!, this.#models.get(topic)!]
    const at = this.#pick(100)
    if (at < 55) await this.#append(log, model)
    else if (at < 68) await this.#end(log, model)
    else if (at < 84) this.#maintain()
    else if (at < 90) this.#configure(topic, model)
    else if (at < 94) this.#deleteRecords(log, model)
    else await this.#restart()
    for (const [each, its] of this.#models) this.#compare(this.#directory.get(each, 0)!, its)
  }

  /** In the end all is compacted: what is left of each key is its last committed record, unless that deletes it. */
  async settle(): Promise<void> {
    const config = {
      ...logConfigDefaults,
      delete: false,
      compact: true,
      dirtyRatioMin: 0,
      deleteRetentionMs: 0,
    }
    for (const [topic, model] of this.#models) {
      this.#setConfig(topic, model, { ...config, compactionLagMaxMs: 1000 })
      for (const producer of model.open.keys())
        await this.#mark(this.#directory.get(topic, 0)!, model, producer, true)
    }
    for (let round = 0; round < 8; round++) {
      for (const [topic, model] of this.#models)
        await this.#write(this.#directory.get(topic, 0)!, model, [['last', 'v']])
      for (let count = 0; count < 30; count++) {
        this.#nowMs += 1000
        expect(this.#directory.maintain(this.#nowMs).faults).toEqual([])
      }
    }
    for (const [topic, model] of this.#models) {
      const log = this.#directory.get(topic, 0)!
      this.#compare(log, model)
      const last = new Map<string, number>()
      for (const [offset, entry] of model.entries.entries()) {
        if (offset >= log.logStartOffset && entry?.state === 'committed') last.set(entry.key ?? '', offset)
      }
      const expected = [...last].filter(
        ([key, offset]) => key !== '' && model.entries[offset]!.value !== null,
      )
      const left = this.#read(log, 'read_committed').map(({ key, offset }) => [key, offset] as const)
      const ofKeys = left.filter(([key]) => key !== 'last').toSorted(([, one], [, other]) => one - other)
      const keys = expected.filter(([key]) => key !== 'last').toSorted(([, one], [, other]) => one - other)
      expect(ofKeys).toEqual(keys)
    }
    await this.#directory.close()
  }

  async #append(log: PartitionLog, model: Model): Promise<void> {
    this.#nowMs += this.#pick(500)
    const producer = this.#pick(3)
    const transactional = model.open.has(producer) || this.#pick(2) === 0
    const records = Array.from({ length: 1 + this.#pick(4) }, () => {
      const key = log.config.compact || this.#pick(6) > 0 ? `k${this.#pick(7)}` : null
      return [key, this.#pick(6) > 0 ? `v${this.#pick(1e6)}` : null] as const
    })
    if (transactional && !model.open.has(producer)) model.open.set(producer, model.entries.length)
    await this.#write(log, model, records, { producer, transactional })
  }

  async #write(
    log: PartitionLog,
    model: Model,
    records: readonly (readonly [string | null, string | null])[],
    by: { readonly producer: number; readonly transactional: boolean } = {
      producer: 9,
      transactional: false,
    },
  ): Promise<void> {
    const { producer, transactional } = by
    const timestamp = this.#nowMs - (this.#pick(8) === 0 ? this.#pick(100_000) : this.#pick(200))
    const baseSequence = model.sequences.get(producer) ?? 0
    model.sequences.set(producer, baseSequence + records.length)
    const parts = { producerId: producer, producerEpoch: 0, baseSequence, transactional, timestamp }
    const result = log.append(batchOf(records, parts), { origin: 'client', nowMs: this.#nowMs })
    expect(result.baseOffset).toBe(model.entries.length)
    const stored = log.config.timestampType === 'LogAppendTime' ? this.#nowMs : timestamp
    const state = transactional ? 'open' : 'committed'
    for (const [key, value] of records)
      model.entries.push({ key, value, timestamp: stored, producer, writtenMs: this.#nowMs, state })
    await log.durable()
  }

  async #end(log: PartitionLog, model: Model): Promise<void> {
    const [producer] = model.open.keys()
    if (producer !== undefined) await this.#mark(log, model, producer, this.#pick(2) === 0)
  }

  async #mark(log: PartitionLog, model: Model, producerId: number, commit: boolean): Promise<void> {
    log.appendMarker({ producerId, producerEpoch: 0, coordinatorEpoch: 0, commit, nowMs: this.#nowMs })
    model.end(producerId, commit)
    await log.durable()
  }

  #maintain(): void {
    this.#nowMs += this.#one(100, 1000, 5000, 30_000)
    const starts = this.#directory.partitions().map(log => [log, log.logStartOffset] as const)
    for (let round = this.#pick(10); round >= 0; round--) {
      expect(this.#directory.maintain(this.#nowMs).faults).toEqual([])
    }
    for (const [log, start] of starts) {
      const { delete: deletes, retentionBytes, retentionMs } = log.config
      if (log.logStartOffset > start) expect(deletes && (retentionBytes >= 0 || retentionMs >= 0)).toBe(true)
      if (retentionBytes >= 0) continue
      for (const entry of this.#models.get(log.topic)!.entries.slice(start, log.logStartOffset)) {
        // Of what was aborted, compaction may have taken the records before, and with them their time.
        if (entry !== null && entry.state !== 'aborted')
          expect(this.#nowMs - entry.timestamp).toBeGreaterThan(retentionMs)
      }
    }
  }

  #configure(topic: string, model: Model): void {
    this.#setConfig(topic, model, this.#randomConfig())
  }

  #setConfig(topic: string, model: Model, config: LogConfig): void {
    this.#configs.set(topic, config)
    this.#directory.configure(topic, config)
    model.compacted ||= config.compact
    model.tombstoneMs = Math.min(model.tombstoneMs, config.deleteRetentionMs)
  }

  #deleteRecords(log: PartitionLog, model: Model): void {
    const count = this.#pick(log.highWatermark - log.logStartOffset + 1)
    model.deletedTo = log.deleteRecordsBefore(log.logStartOffset + count)
    this.#directory.startsMoved()
  }

  async #restart(): Promise<void> {
    const end = this.#one('stop', 'kill', this.#durability === 'power' ? 'loss of power' : 'kill')
    if (end === 'stop') await this.#directory.close()
    else this.#files.crash(end === 'kill' ? 'kept' : this.#one('dropped', 'torn'), this.#random)
    this.#nowMs += this.#pick(3000)
    this.#directory = this.#open()
  }

  /** What a reader is shown: no markers, and nothing that it is told was aborted. */
  #read(log: PartitionLog, isolation: 'read_committed' | 'read_uncommitted'): SeenRecord[] {
    const seen: SeenRecord[] = []
    const end = isolation === 'read_committed' ? log.lastStableOffset : log.highWatermark
    for (let offset = log.logStartOffset; offset < end;) {
      const { records, abortedTransactions } = log.read({
        offset,
        maxBytes: 100 + this.#pick(2000),
        isolation,
      })
      if (records.length === 0) break
      for (const record of recordsOf(records)) {
        const isAborted = abortedTransactions?.some(
          ({ producerId, firstOffset, lastOffset }) =>
            producerId === record.producerId && firstOffset <= record.offset && record.offset <= lastOffset,
        )
        if (record.offset >= offset && record.offset < end && !record.control && isAborted !== true)
          seen.push(record)
      }
      offset = endOf(records)
    }
    return seen
  }

  #compare(log: PartitionLog, model: Model): void {
    expect(log.recovery.corruptRanges).toEqual([])
    expect(log.logEndOffset).toBe(model.entries.length)
    expect(log.logStartOffset).toBeGreaterThanOrEqual(model.deletedTo)
    const all = this.#read(log, 'read_uncommitted')
    const there = new Set<number>()
    for (const { offset, key, value, timestamp } of all) {
      expect({ key, value, timestamp }).toEqual(partsOf(model.entries[offset]))
      there.add(offset)
    }
    for (let offset = log.logStartOffset; offset < log.highWatermark; offset++) {
      const isMarker = model.entries[offset] === null
      if (!there.has(offset) && !isMarker)
        expect([offset, model.mayLack(offset, this.#nowMs)]).toEqual([offset, true])
    }
    const stable = all.filter(({ offset }) => offset < log.lastStableOffset)
    const committed = stable.filter(({ offset }) => model.entries[offset]!.state === 'committed')
    expect(this.#read(log, 'read_committed')).toEqual(committed)
    this.#compareTimes(log)
  }

  /** Markers count in searches by time. */
  #compareTimes(log: PartitionLog): void {
    const { records } = log.read({ offset: log.logStartOffset, maxBytes: 1 << 24 })
    const seen = recordsOf(records).filter(({ offset }) => offset >= log.logStartOffset)
    if (seen.length === 0 || endOf(records) < log.highWatermark) return
    const wanted = seen[this.#pick(seen.length)]!.timestamp + this.#pick(3) - 1
    const found = seen.find(({ timestamp }) => timestamp >= wanted)
    expect(log.offsetForTimestamp(wanted)?.offset).toBe(found?.offset)
    const newest = Math.max(...seen.map(({ timestamp }) => timestamp))
    const first = seen.find(({ timestamp }) => timestamp === newest)
    expect(log.maxTimestampOffset()?.offset).toBe(first?.offset)
  }

  #open(): LogDirectory {
    return LogDirectory.open({
      files: this.#files,
      root: '/data',
      nowMs: this.#nowMs,
      random: this.#random,
      logConfig: topic => this.#configs.get(topic)!,
      durability: this.#durability,
      retentionIntervalMs: 1000,
      checkpointIntervalMs: 5000,
      checkpointBytes: 2000,
      cleanerBackoffMs: 500,
      cleanerBytesMax: this.#one(24 * 8, 1 << 20),
      warmSegmentsMax: 3,
      unnotedBytesMax: this.#one(2000, 1 << 20),
      producerIdExpirationMs: 1e12,
    })
  }

  #randomConfig(): LogConfig {
    const policy = this.#one('delete', 'delete', 'compact', 'both')
    return {
      ...logConfigDefaults,
      delete: policy !== 'compact',
      compact: policy !== 'delete',
      segmentBytes: this.#one(300, 700, 1500, 5000),
      segmentMs: this.#one(1000, 20_000, 604_800_000),
      segmentJitterMs: this.#one(0, 500),
      segmentIndexBytes: this.#one(40, 200, 10 << 20),
      indexIntervalBytes: this.#one(0, 100, 4096),
      retentionMs: this.#one(-1, 5000, 60_000, 10_000_000),
      retentionBytes: this.#one(-1, -1, 0, 500, 3000),
      deleteRetentionMs: this.#one(0, 1000, 30_000),
      compactionLagMinMs: this.#one(0, 0, 2000),
      compactionLagMaxMs: this.#one(Number.MAX_SAFE_INTEGER, 5000, 30_000),
      dirtyRatioMin: this.#one(0, 0.5, 0.9),
      fileDeleteDelayMs: this.#one(0, 1000, 60_000),
      timestampType: this.#one('CreateTime', 'CreateTime', 'LogAppendTime'),
      flushMessages: this.#one(Number.MAX_SAFE_INTEGER, 1, 3),
    }
  }

  #pick(count: number): number {
    return randomIndex(this.#random, count)
  }

  #one<const T>(...choices: readonly T[]): T {
    return choices[this.#pick(choices.length)]!
  }
}

function partsOf(entry: Entry | null | undefined): unknown {
  return entry && { key: entry.key, value: entry.value, timestamp: entry.timestamp }
}

/** The offset after the last batch. */
function endOf(records: Uint8Array): number {
  let end = 0
  for (let at = 0; at < records.length;) {
    const view = new DataView(records.buffer, records.byteOffset + at)
    end = Number(view.getBigInt64(0)) + view.getInt32(23) + 1
    at += view.getInt32(8) + 12
  }
  return end
}

const seeds = Number(process.env['SEEDS'] ?? 10)

it.each(Array.from({ length: seeds }, (_, index) => index + 1))('seed %i', async seed => {
  const life = new Life(seed)
  for (let step = 0; step < 150; step++) await life.step()
  await life.settle()
})
