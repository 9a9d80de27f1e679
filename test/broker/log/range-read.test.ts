/** Records that are lent as a range of their file are those that a read of them would have answered. */
import { describe, expect, it } from 'vitest'
import { rangeBytesMax, type FileRange } from '../../../broker/file-range.ts'
import type { File } from '../../../broker/log/files.ts'
import type { ReadOptions, RecordMemory } from '../../../broker/log/log-types.ts'
import { freshMs } from '../../../broker/log/fresh-bytes.ts'
import { MemoryFiles } from '../../../broker/log/memory-files.ts'
import { seededRandom, type Random } from '../../../src/base/random.ts'
import { batches } from '../../../src/record/batch-reader.ts'
import { batchOf, openLog, type Bench } from './log-bench.ts'

/** Its files are lent as the system's are. */
class LendingFiles extends MemoryFiles {
  out = 0

  override open(path: string, mode: 'read' | 'write' | 'create'): File {
    const file = super.open(path, mode)
    return { ...file, lend: (position, length) => this.#lend(file, position, length) }
  }

  #lend(file: File, position: number, length: number): FileRange {
    this.out++
    const read: FileRange['read'] = (target, from) =>
      file.read(target, 0, Math.min(target.length, length - from), position + from)
    return { descriptor: -1, position, length, read, release: () => this.out-- }
  }
}

/** Reads, and has what is lent looked up. */
class Borrower implements RecordMemory {
  readonly #lent = new Map<Uint8Array, FileRange>()

  take(bytes: number): Uint8Array {
    return new Uint8Array(bytes)
  }

  adopt(): void {}

  readonly refer = (range: FileRange): Uint8Array => {
    const array = new Uint8Array(range.length)
    this.#lent.set(array, range)
    return array
  }

  /** What was read, or lies in the range that was lent in its place. */
  bytesOf(records: Uint8Array): { readonly bytes: Uint8Array; readonly isLent: boolean } {
    const range = this.#lent.get(records)
    if (range === undefined) return { bytes: records, isLent: false }
    const bytes = new Uint8Array(range.length)
    expect(range.read(bytes, 0)).toBe(range.length)
    range.release()
    return { bytes, isLent: true }
  }
}

/** A log of about 12 MB in several segments, with transactions of which some are aborted and the last is open. */
function filled(random: Random, config: { readonly indexIntervalBytes: number }): Bench {
  const bench = openLog({
    files: new LendingFiles(),
    tail: false,
    config: { segmentBytes: 3_000_000, ...config },
  })
  const sequences = new Map<number, number>()
  while (bench.log.logEndOffset < 100 || bench.log.sizeInBytes < 12_000_000) {
    const producerId = 7
    const transactional = random.next() < 0.3
    const count = 1 + Math.floor(random.next() * 5)
    const size = Math.floor(10 ** (1 + random.next() * 4))
    const values = Array.from({ length: count }, (_, index) => `${index}`.padEnd(size, 'x'))
    const baseSequence = sequences.get(producerId) ?? 0
    const parts = transactional ? { producerId, producerEpoch: 0, baseSequence, transactional } : {}
    bench.log.append(batchOf(values, parts), { origin: 'client', nowMs: bench.nowMs })
    if (!transactional) continue
    sequences.set(producerId, baseSequence + count)
    if (random.next() < 0.5) continue
    const commit = random.next() < 0.5
    bench.log.appendMarker({ producerId, producerEpoch: 0, commit, coordinatorEpoch: 0, nowMs: bench.nowMs })
  }
  return bench
}

describe('batches that are lent', () => {
  it.each([
    [1, 4096],
    [2, 4096],
    [3, 100_000],
    [4, 2_000_000],
  ])(
    'are whole, and the first of those that are read: seed %i, an index entry each %i bytes',
    (seed, indexIntervalBytes) => {
      const random = seededRandom(seed)
      const { log, files } = filled(random, { indexIntervalBytes })
      let lent = 0
      for (let turn = 0; turn < 400; turn++) {
        const options: ReadOptions = {
          offset: Math.floor(random.next() * log.logEndOffset),
          maxBytes: Math.floor(10 ** (3 + random.next() * 4)),
          isolation: random.next() < 0.5 ? 'read_committed' : 'read_uncommitted',
        }
        const read = log.read(options)
        const borrower = new Borrower()
        const other = log.read({ ...options, memory: borrower })
        const { bytes, isLent } = borrower.bytesOf(other.records)
        if (isLent) lent++
        const place = { seed, turn, ...options }
        expect({ ...place, same: Buffer.compare(bytes, read.records.subarray(0, bytes.length)) }).toEqual({
          ...place,
          same: 0,
        })
        // Less than a read only as far as batches go that are small and of which the index knows none.
        const isShort = bytes.length < read.records.length
        expect({ ...place, isShort: isShort && indexIntervalBytes === 4096 }).toEqual({
          ...place,
          isShort: false,
        })
        expect(read.records.length > 0).toBe(bytes.length > 0)
        if (isShort) {
          expect(other.moreAvailable).toBe(true)
          continue
        }
        expect(other.moreAvailable).toBe(read.moreAvailable)
        expect(other.abortedTransactions).toEqual(read.abortedTransactions)
      }
      expect(lent).toBeGreaterThan(50)
      expect((files as LendingFiles).out).toBe(0)
    },
  )

  it('lead a reader through the whole log', () => {
    const { log } = filled(seededRandom(5), { indexIntervalBytes: 4096 })
    const [read, borrowed] = [0, 0].map(() => [] as number[])
    for (const [offsets, memory] of [
      [read!, undefined],
      [borrowed!, new Borrower()],
    ] as const) {
      for (let offset = 0; offset < log.logEndOffset;) {
        const { records } = log.read({ offset, maxBytes: 700_000, memory })
        const bytes = memory?.bytesOf(records).bytes ?? records
        for (const cursor of batches(bytes)) while (cursor.next()) offsets.push(cursor.offset)
        offset = offsets.at(-1)! + 1
      }
    }
    expect(borrowed).toEqual(read)
  })

  it('are not more than can be stood for', () => {
    const bench = openLog({ files: new LendingFiles(), tail: false })
    const append = () =>
      bench.log.append(batchOf(['x'.repeat(900_000)]), { origin: 'client', nowMs: bench.nowMs })
    for (let count = 0; count < 20; count++) append()
    const { records, moreAvailable } = bench.log.read({
      offset: 0,
      maxBytes: 50_000_000,
      memory: new Borrower(),
    })
    expect(records.length).toBeLessThanOrEqual(rangeBytesMax)
    expect([records.length > rangeBytesMax - 1_000_000, moreAvailable]).toEqual([true, true])
  })

  it('are read, and so checked, where they are older than a minute, few, or one that is larger than what was asked for', () => {
    const { log, files } = filled(seededRandom(6), { indexIntervalBytes: 4096 })
    const isLent = (maxBytes: number): boolean => {
      const borrower = new Borrower()
      return borrower.bytesOf(log.read({ offset: 0, maxBytes, memory: borrower }).records).isLent
    }
    expect([isLent(1_000_000), isLent(100_000), isLent(1)]).toEqual([true, false, false])
    files.nowMs += freshMs
    expect(isLent(1_000_000)).toBe(false)
    // What that read has found sound is lent again.
    expect(isLent(900_000)).toBe(true)
  })
})
