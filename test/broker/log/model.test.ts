/**
 * Random work on a log, held against a model that is a plain list (reliability 5.3): appends, retries, transactions,
 * rolls, deletions, compaction, restarts of both kinds. A failure prints its seed.
 */
import { expect, it } from 'vitest'
import { randomIndex, seededRandom, type Random } from '../../../src/base/random.ts'
import { LogCleaner } from '../../../broker/log/cleaner.ts'
import { ReadAhead } from '../../../broker/log/read-ahead.ts'
import { AnswerMemory } from '../../../broker/net/answer-memory.ts'
import { BufferPool } from '../../../broker/net/buffer-pool.ts'
import { ManualClock } from '../../../src/testing/manual-clock.ts'
import { batchOf, openLog, recordsOf, type Bench } from './log-bench.ts'

interface Entry {
  readonly key: string
  readonly value: string
  readonly producer: number
  state: 'committed' | 'open' | 'aborted'
}

class Model {
  /** By offset; markers are null. */
  readonly entries: (Entry | null)[] = []
  readonly open = new Map<number, number>()
  start = 0

  get stable(): number {
    return Math.max(Math.min(this.entries.length, ...this.open.values()), this.start)
  }
}

class Run {
  readonly #random: Random
  readonly #bench: Bench
  readonly #model = new Model()
  readonly #sequences = new Map<number, number>()
  readonly #compact: boolean
  /** Pooled, and never given back: what was read is compared later. */
  readonly #memory = new AnswerMemory({ pool: new BufferPool() })
  readonly #clock = new ManualClock()
  #cleaner: LogCleaner
  #value = 0

  constructor(seed: number) {
    this.#random = seededRandom(seed)
    this.#compact = this.#pick(2) === 0
    this.#bench = openLog({
      tail: this.#pick(3) > 0,
      open: {
        readAhead: new ReadAhead({
          clock: this.#clock,
          memory: new BufferPool(),
          worthBytesMin: 1,
          keptMs: 5,
        }),
      },
      config: {
        segmentBytes: 300 + this.#pick(1500),
        indexIntervalBytes: this.#pick(400),
        compact: this.#compact,
        delete: false,
        dirtyRatioMin: 0,
        deleteRetentionMs: 0,
      },
    })
    this.#cleaner = this.#newCleaner()
  }

  step(): void {
    const acts = [
      () => this.#append(),
      () => this.#append(),
      () => this.#appendTransactional(),
      () => this.#appendTransactional(),
      () => this.#endTransaction(),
      () => this.#retry(),
      () => this.#read(),
      () => this.#read(),
    ]
    const rare = [
      () => this.#restart(),
      () => this.#deleteRecords(),
      () => this.#maintain(),
      () => this.#bench.log.store.note(this.#bench.log.logEndOffset),
    ]
    if (this.#pick(12) === 0) rare[this.#pick(rare.length)]!()
    else acts[this.#pick(acts.length)]!()
    this.#compare()
  }

  #append(): void {
    const producer = this.#pick(3)
    if (this.#model.open.has(producer)) return
    this.#write(producer, false)
  }

  #appendTransactional(): void {
    const producer = this.#pick(3)
    if (!this.#model.open.has(producer)) this.#model.open.set(producer, this.#model.entries.length)
    this.#write(producer, true)
  }

  #write(producer: number, transactional: boolean): void {
    const count = 1 + this.#pick(4)
    const records = Array.from({ length: count }, () => [`k${this.#pick(8)}`, `v${this.#value++}`] as const)
    const baseSequence = this.#sequences.get(producer) ?? 0
    const batch = batchOf(records, { producerId: producer, producerEpoch: 0, baseSequence, transactional })
    const { baseOffset } = this.#bench.log.append(batch, { origin: 'client', nowMs: this.#bench.nowMs })
    expect(baseOffset).toBe(this.#model.entries.length)
    this.#sequences.set(producer, baseSequence + count)
    for (const [key, value] of records) {
      this.#model.entries.push({ key, value, producer, state: transactional ? 'open' : 'committed' })
    }
  }

  #endTransaction(): void {
    const producer = this.#pick(3)
    const first = this.#model.open.get(producer)
    const commit = this.#pick(2) === 0
    const marker = {
      producerId: producer,
      producerEpoch: 0,
      coordinatorEpoch: 0,
      commit,
      nowMs: this.#bench.nowMs,
    }
    this.#bench.log.appendMarker(marker)
    this.#model.open.delete(producer)
    this.#model.entries.push(null)
    if (first === undefined) return
    for (const entry of this.#model.entries) {
      if (entry?.producer === producer && entry.state === 'open')
        entry.state = commit ? 'committed' : 'aborted'
    }
  }

  /** The last batch of a producer, sent again: the same offset, and nothing is stored. */
  #retry(): void {
    const producer = this.#bench.log.activeProducers().find(each => each.batches.length > 0)
    const last = producer?.batches.at(-1)
    if (producer === undefined || last === undefined) return
    const records = Array.from(
      { length: last.lastOffset - last.baseOffset + 1 },
      () => ['k', 'again'] as const,
    )
    const batch = batchOf(records, {
      producerId: producer.producerId,
      producerEpoch: 0,
      baseSequence: last.baseSequence,
      transactional: this.#model.open.has(producer.producerId),
    })
    const result = this.#bench.log.append(batch, { origin: 'client', nowMs: this.#bench.nowMs })
    expect(result).toMatchObject({ duplicate: true, baseOffset: last.baseOffset })
  }

  #restart(): void {
    const clean = this.#pick(2) === 0
    this.#cleaner.stop()
    if (clean) this.#bench.log.close({ clean })
    else this.#bench.files.crash('kept')
    const logStartOffset = this.#model.start
    this.#bench.reopen({
      cleanStop: clean,
      logStartOffset,
      recoveryPoint: clean ? this.#model.entries.length : 0,
      writesKept: this.#pick(3) > 0,
    })
    expect(this.#bench.log.recovery).toMatchObject({ truncatedBytes: 0, corruptRanges: [] })
    this.#cleaner = this.#newCleaner()
  }

  #deleteRecords(): void {
    const { log } = this.#bench
    if (log.highWatermark === log.logStartOffset || this.#pick(2) === 0) return
    this.#model.start = log.logStartOffset + this.#pick(Math.min(20, log.highWatermark - log.logStartOffset))
    log.deleteRecordsBefore(this.#model.start)
  }

  #maintain(): void {
    this.#bench.nowMs += 10
    this.#bench.log.maintain(this.#bench.nowMs)
    const steps = this.#pick(12)
    for (let step = 0; step < steps; step++) this.#cleaner.step([this.#bench.log], this.#bench.nowMs)
  }

  /** From a random offset on: what is read is what was written; only superseded or aborted records may be missing. */
  #read(): void {
    const { log } = this.#bench
    const isolation = this.#pick(2) === 0 ? 'read_committed' : 'read_uncommitted'
    const end = isolation === 'read_committed' ? log.lastStableOffset : log.logEndOffset
    const from = log.logStartOffset + this.#pick(end - log.logStartOffset + 1)
    const seen = new Set<number>()
    for (let offset = from; offset < end;) {
      const memory = this.#pick(4) > 0 ? this.#memory : undefined
      const read = log.read({ offset, maxBytes: 50 + this.#pick(1000), isolation, memory })
      // What was read ahead lies in memory of others until the reader comes back.
      if (this.#pick(2) === 0) this.#clock.advance(this.#pick(3))
      const records = recordsOf(read.records)
      if (read.records.length === 0) break
      let next = offset
      for (const record of records) {
        if (record.offset < offset) continue
        expect(record.offset).toBeGreaterThanOrEqual(next)
        next = record.offset + 1
        const entry = this.#model.entries[record.offset]
        if (record.control) expect(entry).toBeNull()
        else expect([record.key, record.value]).toEqual([entry?.key, entry?.value])
        const hidden = (read.abortedTransactions ?? []).some(
          each =>
            each.producerId === record.producerId &&
            each.firstOffset <= record.offset &&
            record.offset <= each.lastOffset,
        )
        if (isolation === 'read_committed' && !record.control) expect(hidden).toBe(entry?.state === 'aborted')
        seen.add(record.offset)
      }
      offset = Math.max(next, nextOffsetOf(read.records, offset))
    }
    this.#checkMissing(seen, from, end)
  }

  #checkMissing(seen: ReadonlySet<number>, from: number, end: number): void {
    for (let offset = from; offset < end; offset++) {
      const entry = this.#model.entries[offset]
      if (seen.has(offset)) continue
      expect(this.#compact).toBe(true)
      if (entry === null || entry === undefined || entry.state === 'aborted') continue
      const newer = this.#model.entries.findIndex(
        (each, index) => index > offset && each?.key === entry.key && each.state === 'committed',
      )
      expect(newer, `offset ${offset} is missing and not superseded`).toBeGreaterThan(offset)
    }
  }

  #compare(): void {
    const { log } = this.#bench
    expect(log.logEndOffset).toBe(this.#model.entries.length)
    this.#model.start = Math.max(this.#model.start, log.logStartOffset)
    expect(log.logStartOffset).toBe(this.#model.start)
    expect(log.lastStableOffset).toBe(this.#model.stable)
  }

  #newCleaner(): LogCleaner {
    const { files } = this.#bench
    return new LogCleaner({ files, root: '/data', random: this.#random, bytesMax: 1 << 20, backoffMs: 0 })
  }

  #pick(count: number): number {
    return randomIndex(this.#random, count)
  }
}

function nextOffsetOf(records: Uint8Array, offset: number): number {
  let next = offset
  for (let at = 0; at < records.length;) {
    const view = new DataView(records.buffer, records.byteOffset + at)
    next = Number(view.getBigInt64(0)) + view.getInt32(23) + 1
    at += view.getInt32(8) + 12
  }
  return next
}

it('does what the model does', () => {
  for (let seed = 1; seed <= 60; seed++) {
    const run = new Run(seed)
    for (let step = 0; step < 200; step++) {
      try {
        run.step()
      } catch (error) {
        throw new Error(`seed ${seed}, step ${step}: ${String(error)}`, { cause: error })
      }
    }
  }
}, 60_000)
