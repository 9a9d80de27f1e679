/** Compaction: what stays and for how long, and which log is next (G50-G58). */
import { describe, expect, it } from 'vitest'
import { recordCountOf } from '../../../src/record/batch-format.ts'
import { clean, endOf, left, newCleaner, openCompacted, put, roll } from './clean-bench.ts'
import { recordsOf, startMs, type BatchParts, type Bench } from './log-bench.ts'
import { seededRandom } from '../../../src/base/random.ts'

describe('what stays', () => {
  it('is the last record of each key, at its offset, with its headers and its time', () => {
    const bench = openCompacted()
    put(bench, [
      ['a', '1'],
      ['b', '1'],
    ])
    put(bench, [
      ['a', '2'],
      ['c', '1'],
    ])
    put(bench, [['b', '2']])
    roll(bench)
    clean(bench)
    expect(left(bench)).toEqual(['2:a=2', '3:c=1', '4:b=2'])
    expect(bench.log.read({ offset: 0, maxBytes: 1000 }).records.length).toBeGreaterThan(0)
  })

  it('includes where a segment ends, if need be as a bare header', () => {
    const bench = openCompacted({ config: { segmentBytes: 230 } })
    for (let index = 0; index < 9; index++) put(bench, [['a', String(index)]])
    const ends = bench.log.store.segments.all.slice(1).map(each => each.baseOffset)
    clean(bench)
    for (const [index, segment] of bench.log.store.segments.all.slice(0, -1).entries()) {
      expect(endOf(bench.files.contents(segment.path()))).toBe(ends[index])
    }
  })

  it('includes all of the active segment and what lies past the stable offset', () => {
    const bench = openCompacted()
    put(bench, [['a', '1']])
    put(bench, [['a', '2']], { producerId: 9, producerEpoch: 0, baseSequence: 0, transactional: true })
    put(bench, [['a', '3']])
    roll(bench)
    put(bench, [['a', '4']])
    clean(bench)
    expect(left(bench)).toEqual(['0:a=1', '1:a=2', '2:a=3', '4:a=4'])
  })

  it('includes what is younger than min.compaction.lag.ms', () => {
    const bench = openCompacted({ config: { compactionLagMinMs: 1000, segmentBytes: 150 } })
    put(bench, [['a', '1']], { timestamp: startMs - 2000 })
    put(bench, [['a', '2']], { timestamp: startMs - 2000 })
    put(bench, [['a', '3']])
    put(bench, [['a', '4']])
    roll(bench)
    clean(bench)
    expect(left(bench)).toEqual(['1:a=2', '2:a=3', '3:a=4'])
  })

  it('is right with an offset map that holds only part of the keys at a time', () => {
    const bench = openCompacted({ config: { segmentBytes: 4000 } })
    const random = seededRandom(3)
    const last = new Map<string, string>()
    for (let index = 0; index < 6000; index++) {
      const key = `k${Math.floor(random.next() * 2000)}`
      put(bench, [[key, String(index)]])
      last.set(key, `${bench.log.logEndOffset - 1}:${key}=${index}`)
    }
    roll(bench)
    clean(bench, bench.nowMs, newCleaner(bench, 1))
    clean(bench, bench.nowMs, newCleaner(bench, 1))
    expect(new Set(left(bench))).toEqual(new Set(last.values()))
    expect(bench.log.store.segments.all.length).toBeLessThan(60)
  })

  it.each([1, 2, 3, 4] as const)('is compressed as it was (codec %s)', async codec => {
    const { registerAllCodecs } = await import('../../../src/codecs/index.ts')
    registerAllCodecs()
    const bench = openCompacted()
    put(
      bench,
      [
        ['a', '1'],
        ['b', '1'],
      ],
      { codec },
    )
    put(bench, [['a', '2']], { codec })
    roll(bench)
    clean(bench)
    expect(left(bench)).toEqual(['1:b=1', '2:a=2'])
    expect(bench.log.read({ offset: 0, maxBytes: 1000 }).records[22]! & 7).toBe(codec)
  })
})

describe('tombstones (KIP-534)', () => {
  it('stay for delete.retention.ms after the first pass that met them, then go', () => {
    const bench = openCompacted()
    put(bench, [['a', '1']])
    put(bench, [
      ['a', null],
      ['b', '1'],
    ])
    roll(bench)
    clean(bench, startMs)
    expect(left(bench)).toEqual(['1:a=null', '2:b=1'])
    put(bench, [['c', '1']])
    roll(bench)
    clean(bench, startMs + 999)
    expect(left(bench)).toEqual(['1:a=null', '2:b=1', '4:c=1'])
    put(bench, [['c', '2']])
    roll(bench)
    clean(bench, startMs + 1000)
    expect(left(bench)).toEqual(['2:b=1', '6:c=2'])
  })

  it('keep the time of their records when the horizon takes the place of the base timestamp', () => {
    const bench = openCompacted()
    put(
      bench,
      [
        ['a', null],
        ['b', '1'],
      ],
      { timestamp: startMs - 5000 },
    )
    roll(bench)
    clean(bench)
    const seen = recordsOf(bench.log.read({ offset: 0, maxBytes: 100 }).records)
    expect(seen.map(each => each.timestamp)).toEqual([startMs - 5000, startMs - 5000])
  })
})

describe('producers and transactions', () => {
  const transactional = (id: number, sequence: number): BatchParts => ({
    producerId: id,
    producerEpoch: 0,
    baseSequence: sequence,
    transactional: true,
  })
  const mark = (bench: Bench, id: number, commit: boolean): void =>
    void bench.log.appendMarker({
      producerId: id,
      producerEpoch: 0,
      commit,
      coordinatorEpoch: 0,
      nowMs: bench.nowMs,
    })

  it('aborted records go at once, and do not hide older ones of their key', () => {
    const bench = openCompacted()
    put(bench, [['a', '1']])
    put(
      bench,
      [
        ['a', 'aborted'],
        ['b', 'aborted'],
      ],
      transactional(7, 0),
    )
    put(bench, [['b', 'aborted']], transactional(7, 2))
    mark(bench, 7, false)
    put(bench, [['c', '1']], transactional(8, 0))
    mark(bench, 8, true)
    roll(bench)
    clean(bench)
    expect(left(bench)).toEqual(['0:a=1', '4:marker', '5:c=1', '6:marker'])
    // This pass met the records of the aborted transaction, so the index still names it.
    const read = bench.log.read({ offset: 0, maxBytes: 1000, isolation: 'read_committed' })
    expect(read.abortedTransactions).toMatchObject([{ producerId: 7, firstOffset: 1, lastOffset: 4 }])
  })

  it('a marker stays until its records are gone and delete.retention.ms has passed', () => {
    const bench = openCompacted()
    put(bench, [['a', '1']], transactional(7, 0))
    mark(bench, 7, true)
    put(bench, [['z', '0']], transactional(7, 1))
    mark(bench, 7, true)
    roll(bench)
    put(bench, [['a', '2']])
    roll(bench)
    const cleaner = clean(bench, startMs)
    // Of the first transaction nothing is left, but this pass still met it.
    expect(left(bench)).toEqual(['1:marker', '2:z=0', '3:marker', '5:a=2'])
    put(bench, [['x', '0']])
    roll(bench)
    clean(bench, startMs + 10, cleaner)
    expect(left(bench)).toContain('1:marker')
    put(bench, [['y', '0']])
    roll(bench)
    clean(bench, startMs + 1010, cleaner)
    expect(left(bench)).toEqual(['2:z=0', '3:marker', '5:a=2', '7:x=0', '9:y=0'])
  })

  it('a live producer keeps its last batch, if need be as a bare header, so that its sequence goes on', () => {
    const bench = openCompacted()
    put(bench, [['a', '1']], { producerId: 5, producerEpoch: 0, baseSequence: 0 })
    put(bench, [['a', '2']], { producerId: 5, producerEpoch: 0, baseSequence: 1 })
    put(bench, [['a', '3']])
    roll(bench)
    clean(bench)
    expect(left(bench)).toEqual(['2:a=3'])
    const { records } = bench.log.read({ offset: 0, maxBytes: 62 })
    expect([recordCountOf(records, 0), endOf(records)]).toEqual([0, 2])
    for (const name of bench.files.list('/data/orders-0')) {
      if (name.endsWith('.snapshot')) bench.files.remove(`/data/orders-0/${name}`)
    }
    bench.files.crash('kept')
    bench.reopen()
    put(bench, [['b', '1']], { producerId: 5, producerEpoch: 0, baseSequence: 2 })
  })

  it('a live producer keeps the marker that began its epoch, in the end as a bare header, so that its epoch stays', () => {
    const bench = openCompacted()
    put(bench, [['a', '1']], { producerId: 5, producerEpoch: 0, baseSequence: 0, transactional: true })
    const marker = { producerId: 5, producerEpoch: 1, coordinatorEpoch: 0, commit: true }
    bench.log.appendMarker({ ...marker, transactionVersion: 2, nowMs: bench.nowMs })
    for (const [index, value] of ['2', '3', '4'].entries()) {
      put(bench, [['a', value]])
      roll(bench)
      clean(bench, bench.nowMs + index * 2000)
    }
    expect(left(bench)).toEqual(['6:a=4'])
    for (const name of bench.files.list('/data/orders-0')) {
      if (name.endsWith('.snapshot')) bench.files.remove(`/data/orders-0/${name}`)
    }
    bench.files.crash('kept')
    bench.reopen()
    expect(bench.log.activeProducers()).toMatchObject([{ producerId: 5, producerEpoch: 1 }])
  })
})

describe('choosing', () => {
  it('waits for the dirty ratio, unless max.compaction.lag.ms has passed', () => {
    const bench = openCompacted({ config: { dirtyRatioMin: 0.9, compactionLagMaxMs: 5000 } })
    for (let index = 0; index < 20; index++) put(bench, [[`k${index}`, '1']])
    roll(bench)
    const cleaner = clean(bench)
    put(bench, [['k0', '2']])
    roll(bench)
    clean(bench, startMs + 4000, cleaner)
    expect(left(bench)).toContain('0:k0=1')
    clean(bench, startMs + 5001, cleaner)
    expect(left(bench)).not.toContain('0:k0=1')
  })

  it('remembers across restarts how far a log is clean', () => {
    const bench = openCompacted()
    put(bench, [['a', '1']])
    roll(bench)
    clean(bench)
    const operations = bench.files.operationCount
    clean(bench)
    expect(bench.files.operationCount).toBe(operations)
  })

  it('leaves a damaged log alone, says where, and loses nothing of it', () => {
    const bench = openCompacted({ config: { segmentBytes: 300 } })
    for (let index = 0; index < 12; index++) put(bench, [['a', String(index)]])
    const path = bench.log.store.segments.all[1]!.path()
    bench.files.open(path, 'write').write(new Uint8Array([255]), 70)
    const cleaner = newCleaner(bench)
    expect(() => clean(bench, bench.nowMs, cleaner)).toThrow(path)
    expect(cleaner.step([bench.log], bench.nowMs)).toBe(false)
    expect(bench.files.list('/data/orders-0').some(name => name.includes('.cleaned'))).toBe(false)
    expect(bench.log.read({ offset: 0, maxBytes: 1000 }).records.length).toBeGreaterThan(0)
  })
})
