/**
 * A log that was closed in order knows where it ends, so nothing that became of its files afterwards passes for a torn
 * tail: no offset is given out twice, and every damage is reported (reliability.md section 5 item 6).
 */
import { describe, expect, it } from 'vitest'
import { BrokerError } from '../../../broker/broker-error.ts'
import { batchField } from '../../../src/record/batch-format.ts'
import { segmentFileName } from '../../../broker/log/segment-names.ts'
import { batchOf, openLog, recordsOf, type Bench } from './log-bench.ts'

const count = 6
const path = `/data/orders-0/${segmentFileName(0, 'log')}`
const batchBytes = batchOf(['v0']).length

/** A log of six batches that was closed in order. */
function closedLog(indexIntervalBytes: number): Bench {
  const bench = openLog({ tail: false, config: { indexIntervalBytes } })
  for (let index = 0; index < count; index++) append(bench, `v${index}`)
  bench.log.close({ clean: true })
  return bench
}

function append(bench: Bench, value: string): number {
  return bench.log.append(batchOf([value]), { origin: 'client', nowMs: bench.nowMs }).baseOffset
}

function startAgain(bench: Bench): void {
  bench.reopen({ cleanStop: true, recoveryPoint: count })
}

/** Each offset with its value, `damaged` where the read is refused, `missing` where it answers what comes later. */
function readAll(bench: Bench): string[] {
  return Array.from({ length: bench.log.logEndOffset }, (_, offset) => {
    try {
      const [record] = recordsOf(bench.log.read({ offset, maxBytes: 1 }).records)
      return record!.offset === offset ? record!.value! : 'missing'
    } catch (error) {
      expect(error).toBeInstanceOf(BrokerError)
      return 'damaged'
    }
  })
}

const whole = Array.from({ length: count }, (_, index) => `v${index}`)
const lastDamaged = [...whole.slice(0, -1), 'damaged']

describe.each([
  ['one index entry a batch', 1],
  ['no index entry', 4096],
])('after a stop in order, with %s', (_what, indexIntervalBytes) => {
  it('any flipped bit of the last batch is reported, its offset included', () => {
    for (let at = 0; at < batchBytes; at++) {
      for (const bit of [1, 0x80]) {
        const bench = closedLog(indexIntervalBytes)
        const file = bench.files.open(path, 'write')
        const position = (count - 1) * batchBytes + at
        const byte = new Uint8Array(1)
        file.read(byte, 0, 1, position)
        file.write(Uint8Array.of(byte[0]! ^ bit), position)
        startAgain(bench)
        const harmless = at >= batchField.partitionLeaderEpoch && at < batchField.magic
        const place = `byte ${at}, bit ${bit}`
        expect(bench.log.logEndOffset, place).toBe(count)
        expect(readAll(bench), place).toEqual(harmless ? whole : lastDamaged)
        expect(bench.log.recovery.truncatedBytes, place).toBe(0)
        expect(bench.log.recovery.corruptRanges.length, place).toBe(harmless ? 0 : 1)
        expect(append(bench, 'next'), place).toBe(count)
        expect(readAll(bench).at(-1), place).toBe('next')
      }
    }
  })

  it('what is missing at the end is reported, and its offsets are not given out again', () => {
    for (const missing of [1, batchBytes - 1, batchBytes, batchBytes + 10, count * batchBytes]) {
      const bench = closedLog(indexIntervalBytes)
      const file = bench.files.open(path, 'write')
      file.truncate(file.sizeInBytes() - missing)
      startAgain(bench)
      const left = count - Math.ceil(missing / batchBytes)
      expect(bench.log.recovery.corruptRanges, `${missing}`).toMatchObject([
        { fromOffset: left, toOffset: count - 1 },
      ])
      expect(append(bench, 'next'), `${missing}`).toBe(count)
      // Half a batch that is left is found by readers; where nothing is left there is a hole, as after compaction.
      const lost = Array.from({ length: count - left }, () =>
        missing % batchBytes === 0 ? 'missing' : 'damaged',
      )
      expect(readAll(bench), `${missing}`).toEqual([...whole.slice(0, left), ...lost, 'next'])
    }
  })

  it('it is found again by the start after that, whatever ends it', () => {
    for (const end of ['clean', 'kill'] as const) {
      const bench = closedLog(indexIntervalBytes)
      bench.files.open(path, 'write').write(Uint8Array.of(0x40), (count - 1) * batchBytes)
      startAgain(bench)
      append(bench, 'next')
      if (end === 'clean') bench.log.close({ clean: true })
      else bench.files.crash('kept')
      bench.reopen(end === 'clean' ? { cleanStop: true, recoveryPoint: count + 1 } : {})
      expect(readAll(bench), end).toEqual([...lastDamaged, 'next'])
      expect(append(bench, 'last')).toBe(count + 1)
    }
  })

  it('a checkpoint that is older than the last records hides none of them', () => {
    for (let recoveryPoint = 0; recoveryPoint < count; recoveryPoint++) {
      const bench = closedLog(indexIntervalBytes)
      bench.reopen({ cleanStop: true, recoveryPoint })
      const left = readAll(bench)
      expect(left, `${recoveryPoint}`).toEqual(whole)
    }
  })

  it('nothing is read but what the index says is last', () => {
    const bench = closedLog(indexIntervalBytes)
    startAgain(bench)
    expect(bench.log.recovery).toEqual({
      cleanStop: true,
      scannedBytes: 0,
      truncatedBytes: 0,
      corruptRanges: [],
    })
    expect(readAll(bench)).toEqual(whole)
  })
})

/** Three segments, the middle one with an aborted transaction, closed in order or killed. */
function threeSegments(stop: 'in order' | 'kill'): { bench: Bench; bases: readonly number[] } {
  const bench = openLog({ tail: false, config: { segmentBytes: 420 } })
  const producer = { producerId: 7, producerEpoch: 0 }
  for (const value of ['a', 'b', 'c', 'd']) append(bench, value)
  const batch = batchOf(['aborted'], { ...producer, baseSequence: 0, transactional: true })
  bench.log.append(batch, { origin: 'client', nowMs: bench.nowMs })
  bench.log.appendMarker({ ...producer, coordinatorEpoch: 0, commit: false, nowMs: bench.nowMs })
  for (let index = 0; index < 9; index++) append(bench, `v${index}`)
  const bases = bench.log.store.segments.all.map(each => each.baseOffset)
  if (stop === 'in order') bench.log.close({ clean: true })
  else bench.files.crash('kept')
  return { bench, bases }
}

describe.each(['in order', 'kill'] as const)('after a stop (%s)', stop => {
  it('a lost log file of which the indexes are left is reported with its offsets', () => {
    const { bases } = threeSegments(stop)
    for (let lost = 0; lost < bases.length - 1; lost++) {
      const { bench } = threeSegments(stop)
      const file = `/data/orders-0/${segmentFileName(bases[lost]!, 'log')}`
      bench.files.remove(file)
      bench.reopen({ cleanStop: stop === 'in order', writesKept: true, recoveryPoint: 15 })
      expect(bench.log.recovery.corruptRanges).toMatchObject([
        { file, fromOffset: bases[lost], toOffset: bases[lost + 1]! - 1 },
      ])
      expect(append(bench, 'next')).toBe(15)
    }
  })
})

it('a transaction index that does not fit its log is built anew, however it was damaged', () => {
  const name = (base: number) => `/data/orders-0/${segmentFileName(base, 'txnindex')}`
  const { bench: first, bases } = threeSegments('in order')
  const base = bases.find(each => first.files.stat(name(each)) !== undefined)!
  const good = first.files.contents(name(base)).slice()
  const told = { producerId: 7, firstOffset: 4 }
  const damages = Array.from({ length: good.length }, (_, at) => at).filter(at => at !== 17 && at < 26)
  for (const at of [...damages, -1, -2]) {
    const { bench } = threeSegments('in order')
    const file = bench.files.open(name(base), 'write')
    if (at === -1) file.write(Uint8Array.of(1, 2, 3), good.length)
    else if (at === -2) file.truncate(20)
    else file.write(Uint8Array.of(good[at]! ^ 1), at)
    bench.reopen({ cleanStop: true, recoveryPoint: 15 })
    const read = bench.log.read({ offset: 0, maxBytes: 1 << 20, isolation: 'read_committed' })
    expect(read.abortedTransactions, `byte ${at}`).toMatchObject([told])
    expect(append(bench, 'next')).toBe(15)
  }
})
