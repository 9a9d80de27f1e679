/** Reading ahead: who is followed, what it costs, what it never changes. */
import { describe, expect, it } from 'vitest'
import { MemoryFiles } from '../../../broker/log/memory-files.ts'
import type { PartitionLog } from '../../../broker/log/partition-log.ts'
import { ReadAhead, type ReadAheadOptions } from '../../../broker/log/read-ahead.ts'
import { AnswerMemory } from '../../../broker/net/answer-memory.ts'
import { BufferPool } from '../../../broker/net/buffer-pool.ts'
import { sizeInBytesOf } from '../../../src/record/batch-format.ts'
import { ManualClock } from '../../../src/testing/manual-clock.ts'
import { CountedReads } from './counted-reads.ts'
import { batchOf, openLog, startMs, valuesOf, type Bench } from './log-bench.ts'

const batchValueBytes = 10_000
/** About 16 batches. */
const maxBytes = 160 * 1024

class Reading {
  readonly clock = new ManualClock()
  readonly pool = new BufferPool()
  readonly readAhead: ReadAhead
  readonly bench: Bench
  readonly #counted = new CountedReads()

  constructor({
    batches,
    options = {},
    segmentBytes,
  }: {
    batches: number
    options?: Partial<ReadAheadOptions>
    segmentBytes?: number
  }) {
    this.readAhead = new ReadAhead({ clock: this.clock, memory: this.pool, ...options })
    const files = new MemoryFiles()
    this.bench = openLog({
      files,
      tail: false,
      config: { indexIntervalBytes: 4096, ...(segmentBytes === undefined ? {} : { segmentBytes }) },
      open: { files: this.#counted.over(files), readAhead: this.readAhead },
    })
    for (let number = 0; number < batches; number++) this.append(number)
  }

  get log(): PartitionLog {
    return this.bench.log
  }

  append(number: number, parts: Parameters<typeof batchOf>[1] = {}): void {
    this.log.append(batchOf([valueOf(number)], parts), { nowMs: startMs, origin: 'client' })
  }

  /** A reader with a place of its own, whose answers leave at once. */
  reader(offset = 0): { next(maxBytesNow?: number): readonly (string | null)[] } {
    const memory = new AnswerMemory({ pool: this.pool })
    let position = offset
    return {
      next: (maxBytesNow = maxBytes) => {
        const { records } = this.log.read({ offset: position, maxBytes: maxBytesNow, memory })
        const values = valuesOf(records)
        position += values.length
        memory.leave().written?.()
        return values
      },
    }
  }

  /** The reader is busy with what it was given. */
  pause(): void {
    this.clock.advance(1)
  }

  /** What `act` reads of log files. */
  bytesReadBy(act: () => void): number {
    const before = this.#counted.logBytes
    act()
    return this.#counted.logBytes - before
  }

  /** How often `act` reads log files. */
  readsBy(act: () => void): number {
    const before = this.#counted.logReads
    act()
    return this.#counted.logReads - before
  }
}

/** Where the batch of that number starts in the first segment. */
function startOf({ log }: Reading, number: number): number {
  const { records } = log.read({ offset: 0, maxBytes: Infinity })
  let at = 0
  for (let passed = 0; passed < number; passed++) at += sizeInBytesOf(records, at)
  return at
}

function valueOf(number: number): string {
  return `${number}:${String.fromCodePoint(97 + (number % 26)).repeat(batchValueBytes)}`
}

function valuesFrom(start: number, count: number): string[] {
  return Array.from({ length: count }, (_, index) => valueOf(start + index))
}

describe('a reader that goes on where it ended', () => {
  it('is given what was read while it was busy, without another read of the file', () => {
    const reading = new Reading({ batches: 100 })
    const reader = reading.reader()
    const seen = [...reader.next(), ...reader.next()]
    reading.pause()
    expect(reading.readAhead.readyBytes).toBeGreaterThanOrEqual(maxBytes / 2)
    for (;;) {
      let values: readonly (string | null)[] = []
      expect(reading.bytesReadBy(() => (values = reader.next()))).toBe(0)
      seen.push(...(values as string[]))
      reading.pause()
      if (seen.length >= 84) break
    }
    for (let more = reader.next(); more.length > 0; more = reader.next()) seen.push(...more)
    expect(seen).toEqual(valuesFrom(0, 100))
    expect(reading.readAhead.readyBytes).toBe(0)
  })

  it('costs one read of the file each time, without a look-up, over the ends of segments too', () => {
    const reading = new Reading({ batches: 100, segmentBytes: 600_000 })
    const reader = reading.reader()
    const seen = [...reader.next(), ...reader.next()]
    const reads: number[] = []
    while (seen.length < 84) {
      reads.push(reading.readsBy(() => reading.pause()))
      seen.push(...reader.next())
    }
    expect(seen).toEqual(valuesFrom(0, seen.length))
    const single = reads.filter(count => count === 1).length
    expect({ reads, most: single >= reads.length - 2 }).toMatchObject({ most: true })
    expect(reading.log.store.segments.all.length).toBeGreaterThan(1)
  })

  it('has all its partitions read in one turn', () => {
    const reading = new Reading({ batches: 200 })
    const readers = [0, 40, 80, 120].map(offset => reading.reader(offset))
    for (const reader of [...readers, ...readers]) reader.next()
    reading.pause()
    for (const reader of readers) expect(reading.bytesReadBy(() => reader.next())).toBe(0)
  })

  it('sees what has been appended since', () => {
    const reading = new Reading({ batches: 40 })
    const reader = reading.reader()
    const seen = [...reader.next(), ...reader.next()]
    reading.pause()
    for (let number = 40; number < 60; number++) reading.append(number)
    for (let more = reader.next(); more.length > 0; more = reader.next()) seen.push(...more)
    expect(seen).toEqual(valuesFrom(0, 60))
  })

  it('may ask for less than was read for it', () => {
    const reading = new Reading({ batches: 60 })
    const reader = reading.reader()
    const seen = [...reader.next(), ...reader.next()]
    reading.pause()
    const few = reader.next(25_000)
    expect(few).toHaveLength(2)
    seen.push(...few)
    for (let more = reader.next(); more.length > 0; more = reader.next()) seen.push(...more)
    expect(seen).toEqual(valuesFrom(0, 60))
  })

  it('is followed beside others', () => {
    const reading = new Reading({ batches: 200 })
    const readers = [0, 50, 50, 100].map(offset => ({
      offset,
      reader: reading.reader(offset),
      seen: [] as unknown[],
    }))
    const round = (): void => {
      for (const each of readers) each.seen.push(...each.reader.next())
    }
    round()
    round()
    reading.pause()
    expect(reading.bytesReadBy(round)).toBe(0)
    for (const { offset, seen } of readers) expect(seen).toEqual(valuesFrom(offset, seen.length))
  })
})

describe('nothing is read ahead', () => {
  it('of a reader that jumps about', () => {
    const reading = new Reading({ batches: 100 })
    for (const offset of [50, 3, 70, 20]) {
      reading.reader(offset).next()
      reading.pause()
      expect(reading.readAhead.readyBytes).toBe(0)
    }
  })

  it('of a reader that takes little', () => {
    const reading = new Reading({ batches: 100 })
    const reader = reading.reader()
    for (let round = 0; round < 5; round++) reader.next(30_000)
    reading.pause()
    expect(reading.readAhead.readyBytes).toBe(0)
  })

  it('past the end of what the reader may see', () => {
    const reading = new Reading({ batches: 32 })
    reading.append(32, { producerId: 7, producerEpoch: 0, baseSequence: 0, transactional: true })
    for (let number = 33; number < 60; number++) reading.append(number)
    const memory = new AnswerMemory({ pool: reading.pool })
    const options = { maxBytes, isolation: 'read_committed', memory } as const
    expect(valuesOf(reading.log.read({ offset: 0, ...options }).records)).toEqual(valuesFrom(0, 16))
    expect(valuesOf(reading.log.read({ offset: 16, ...options }).records)).toEqual(valuesFrom(16, 16))
    reading.pause()
    expect(reading.readAhead.readyBytes).toBe(0)
    expect(valuesOf(reading.log.read({ offset: 32, ...options }).records)).toEqual([])
  })
})

describe('what was read ahead', () => {
  it('goes back to the pool where nobody asks for it', () => {
    const reading = new Reading({ batches: 100 })
    const reader = reading.reader()
    reader.next()
    reader.next()
    reading.pause()
    const { readyBytes } = reading.readAhead
    expect(readyBytes).toBeGreaterThan(0)
    const free = reading.pool.freeBytes
    reading.clock.advance(1000)
    expect(reading.readAhead.readyBytes).toBe(0)
    expect(reading.pool.freeBytes).toBe(free + readyBytes)
    expect(reader.next()).toEqual(valuesFrom(32, 16))
  })

  it('is bounded in bytes, the oldest being let go of', () => {
    const reading = new Reading({ batches: 200, options: { bytesMax: 512 * 1024 } })
    const readers = [0, 40, 80, 120].map(offset => reading.reader(offset))
    for (const reader of [...readers, ...readers]) reader.next()
    for (let turn = 0; turn < readers.length; turn++) reading.pause()
    expect(reading.readAhead.readyBytes).toBeLessThanOrEqual(512 * 1024)
    expect(reading.bytesReadBy(() => readers[3]!.next())).toBe(0)
    expect(reading.bytesReadBy(() => readers[0]!.next())).toBeGreaterThan(0)
  })

  it('is forgotten when the log is closed, and no timer waits for it', () => {
    const reading = new Reading({ batches: 100 })
    const reader = reading.reader()
    reader.next()
    reader.next()
    reading.pause()
    reading.log.close({ clean: true })
    expect(reading.readAhead.readyBytes).toBe(0)
    expect(reading.clock.nextTimer).toBeUndefined()
  })

  it('leaves no timer behind where all of it was taken', () => {
    const reading = new Reading({ batches: 40 })
    const reader = reading.reader()
    for (let count = 0; count < 6; count++) {
      reader.next()
      reading.pause()
    }
    expect(reading.readAhead.readyBytes).toBe(0)
    reading.log.close({ clean: true })
    expect(reading.clock.nextTimer).toBeUndefined()
  })

  it('is not read for a log that was closed before its turn', () => {
    const reading = new Reading({ batches: 100 })
    const reader = reading.reader()
    reader.next()
    reader.next()
    reading.log.close({ clean: true })
    expect(reading.bytesReadBy(() => reading.pause())).toBe(0)
    expect(reading.readAhead.readyBytes).toBe(0)
  })

  it.each([
    ['its records', 200],
    ['its offset, which no checksum covers,', 7],
  ])('is not served where the disk has damaged %s: the reader is told', (_what, at) => {
    const reading = new Reading({ batches: 100 })
    const reader = reading.reader()
    reader.next()
    reader.next()
    const [segment] = reading.log.store.segments.all
    const flipped = new Uint8Array([0x55])
    const position = startOf(reading, 32) + at
    const file = reading.bench.files.open(segment!.path(), 'write')
    file.write(flipped, position)
    reading.pause()
    expect(() => reader.next()).toThrow(/damaged/)
  })
})
