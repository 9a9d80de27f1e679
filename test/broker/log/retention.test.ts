/** Which segments go when, and when new ones begin (G38, G57). */
import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../../src/base/random.ts'
import { BatchWriter } from '../../../src/record/batch-writer.ts'
import { batchOf, openLog, startMs, type Bench } from './log-bench.ts'
import { refusalOf } from './refusals.ts'

const batchBytes = batchOf(['v00']).length

function fill(bench: Bench, count: number, timestamp: (index: number) => number = () => startMs): void {
  for (let index = 0; index < count; index++) {
    const batch = batchOf([`v${String(index).padStart(2, '0')}`], { timestamp: timestamp(index) })
    bench.log.append(batch, { origin: 'client', nowMs: bench.nowMs })
  }
}

const bases = (bench: Bench): readonly number[] => bench.log.store.segments.all.map(each => each.baseOffset)
const files = (bench: Bench): readonly string[] => [...bench.files.list('/data/orders-0')].sort()

describe('a new segment begins', () => {
  it('when the next batch would not fit', () => {
    const bench = openLog({ config: { segmentBytes: batchBytes * 3 } })
    fill(bench, 8)
    expect(bases(bench)).toEqual([0, 3, 6])
  })

  it('when records have moved on by segment.ms, by their own time', () => {
    const bench = openLog({ config: { segmentMs: 100 } })
    fill(bench, 6, index => startMs - 10_000 + index * 40)
    expect(bases(bench)).toEqual([0, 3])
  })

  it('when records without a time have been there for segment.ms', () => {
    const bench = openLog({ config: { segmentMs: 100 } })
    fill(bench, 2, () => -1)
    bench.nowMs += 101
    fill(bench, 1, () => -1)
    expect(bases(bench)).toEqual([0, 2])
  })

  it('when an index is full', () => {
    const bench = openLog({ config: { indexIntervalBytes: 0, segmentIndexBytes: 40 } })
    fill(bench, 20, index => startMs + index)
    expect(bases(bench).length).toBeGreaterThan(3)
  })

  it('up to segment.jitter.ms earlier, so that logs do not all do it at once', () => {
    const rolledAfter = (seed: number): number => {
      const config = { segmentMs: 1000, segmentJitterMs: 600, segmentBytes: batchBytes * 3 }
      const bench = openLog({ config, open: { random: seededRandom(seed) } })
      // The first segment was not begun by a roll, and has no jitter.
      fill(bench, 4)
      for (let age = 1; ; age++) {
        fill(bench, 1, () => startMs + age * 10)
        if (bases(bench).length === 3) return age * 10
        bench.log.configure({ ...bench.config, segmentBytes: 1 << 20 })
      }
    }
    const ages = Array.from({ length: 20 }, (_, seed) => rolledAfter(seed))
    expect(Math.min(...ages)).toBeGreaterThan(400)
    expect(Math.max(...ages)).toBeLessThanOrEqual(1010)
    expect(new Set(ages).size).toBeGreaterThan(5)
  })

  it('when offsets would no longer fit the indexes', () => {
    const bench = openLog()
    fill(bench, 1)
    const far = new BatchWriter()
    far.append(startMs, null, null)
    const holed = far.close({ lastOffsetDelta: 0x7fff_fffe })
    bench.log.append(holed, { origin: 'coordinator', nowMs: startMs })
    expect(bases(bench)).toEqual([0])
    expect(bench.log.logEndOffset).toBe(0x8000_0000)
    fill(bench, 1)
    expect(bases(bench)).toEqual([0, 0x8000_0000])
    bench.files.crash('kept')
    bench.reopen()
    expect(bench.log.logEndOffset).toBe(0x8000_0001)
  })

  it.each(['stop', 'kill'] as const)('by the age of what was in it before a %s', end => {
    const restart = (bench: Bench): void => {
      const recoveryPoint = bench.log.logEndOffset
      if (end === 'stop') bench.log.close({ clean: true })
      else bench.files.crash('kept')
      bench.reopen({ cleanStop: end === 'stop', recoveryPoint, writesKept: true })
    }
    const timed = openLog({ config: { segmentMs: 100 } })
    fill(timed, 2, index => startMs + index * 40)
    timed.log.store.note(2)
    restart(timed)
    fill(timed, 3, index => startMs + 80 + index * 40)
    expect(bases(timed)).toEqual([0, 3])
    const compacted = openLog({ config: { compact: true, delete: false, compactionLagMaxMs: 1000 } })
    compacted.log.append(batchOf([['k', 'v']]), { origin: 'client', nowMs: startMs })
    compacted.nowMs += 900
    compacted.log.store.note(1)
    restart(compacted)
    compacted.log.maintain(startMs + 1001)
    expect(bases(compacted)).toEqual([0, 1])
  })

  it('in a compacted topic that nobody writes to, so that max.compaction.lag.ms can hold', () => {
    const bench = openLog({ config: { compact: true, delete: false, compactionLagMaxMs: 1000 } })
    bench.log.append(batchOf([['k', 'v']]), { origin: 'client', nowMs: startMs })
    bench.log.maintain(startMs + 1001)
    expect(bases(bench)).toEqual([0, 1])
  })

  it('and no sooner, whatever segment.ms says', () => {
    const bench = openLog({ config: { compact: true, segmentMs: 1000, compactionLagMaxMs: 5000 } })
    bench.log.append(batchOf([['k', 'v']]), { origin: 'client', nowMs: startMs })
    bench.log.maintain(startMs + 4999)
    expect(bases(bench)).toEqual([0])
    bench.log.maintain(startMs + 5001)
    expect(bases(bench)).toEqual([0, 1])
  })

  it('not so where that is unlimited, however old the records are', () => {
    // The default of the topic key, which is no safe integer.
    const bench = openLog({ config: { compact: true, segmentMs: 1000, compactionLagMaxMs: 2 ** 63 } })
    bench.log.append(batchOf([['k', 'v']]), { origin: 'client', nowMs: startMs })
    bench.log.maintain(startMs + 100_000)
    expect(bases(bench)).toEqual([0])
  })
})

describe('retention', () => {
  it('by time takes whole segments whose newest record is too old, from the oldest on', () => {
    const bench = openLog({
      config: { segmentBytes: batchBytes * 2, retentionMs: 1000, fileDeleteDelayMs: 50 },
    })
    fill(bench, 8, index => startMs + index * 100)
    bench.log.maintain(startMs + 1350)
    expect([bench.log.logStartOffset, bases(bench)]).toEqual([4, [4, 6]])
    expect(refusalOf(() => bench.log.read({ offset: 3, maxBytes: 10 }))).toBe('OFFSET_OUT_OF_RANGE')
    expect(files(bench).filter(name => name.endsWith('.log.deleted')).length).toBe(2)
    bench.log.maintain(startMs + 1400)
    expect(files(bench).filter(name => name.endsWith('.deleted'))).toEqual([])
  })

  it('is held up by a timestamp in the future', () => {
    const bench = openLog({
      config: { segmentBytes: batchBytes * 2, retentionMs: 1000, timestampAfterMaxMs: 1e9 },
    })
    fill(bench, 8, index => (index === 2 ? startMs + 1e8 : startMs))
    bench.log.maintain(startMs + 5000)
    expect(bases(bench)[0]).toBe(2)
  })

  it('rolls the active segment if that is too old as well, and stays empty at the same offset', () => {
    const bench = openLog({ config: { retentionMs: 1000 } })
    fill(bench, 3)
    bench.log.maintain(startMs + 1001)
    expect([bench.log.logStartOffset, bench.log.logEndOffset, bases(bench)]).toEqual([3, 3, [3]])
    fill(bench, 1)
    bench.files.crash('kept')
    bench.reopen()
    expect([bench.log.logStartOffset, bench.log.logEndOffset]).toEqual([3, 4])
  })

  it('by size keeps at least retention.bytes, and takes the active segment only if that is 0', () => {
    const bench = openLog({ config: { segmentBytes: batchBytes * 2, retentionBytes: batchBytes * 4 } })
    fill(bench, 9)
    bench.log.maintain(startMs)
    expect(bases(bench)).toEqual([4, 6, 8])
    bench.log.configure({ ...bench.config, retentionBytes: 1 })
    bench.log.maintain(startMs)
    expect(bases(bench)).toEqual([8])
    bench.log.configure({ ...bench.config, retentionBytes: 0 })
    bench.log.maintain(startMs)
    expect([bench.log.logStartOffset, bases(bench)]).toEqual([9, [9]])
  })

  it('of a topic that is compacted too applies as to any other', () => {
    const both = {
      compact: true,
      delete: true,
      segmentBytes: batchOf([['k', 'v']]).length * 2,
      retentionMs: 1000,
    }
    const bench = openLog({ config: both })
    for (let index = 0; index < 8; index++) {
      const batch = batchOf([['k', 'v']], { timestamp: startMs + index * 100 })
      bench.log.append(batch, { origin: 'client', nowMs: startMs })
    }
    bench.log.maintain(startMs + 1350)
    expect(bench.log.logStartOffset).toBe(4)
    bench.log.configure({ ...bench.config, retentionMs: -1, retentionBytes: both.segmentBytes })
    bench.log.maintain(startMs + 1350)
    expect(bench.log.logStartOffset).toBe(6)
  })

  it('with neither policy keeps everything, but for what DeleteRecords hides', () => {
    const bench = openLog({
      config: {
        delete: false,
        compact: false,
        segmentBytes: batchBytes * 2,
        retentionMs: 0,
        retentionBytes: 0,
      },
    })
    fill(bench, 8)
    bench.log.maintain(startMs + 1_000_000)
    expect(bases(bench)).toEqual([0, 2, 4, 6])
    bench.log.deleteRecordsBefore(5)
    bench.log.maintain(startMs + 1_000_000)
    expect([bench.log.logStartOffset, bases(bench)]).toEqual([5, [4, 6]])
  })

  it('does not apply to topics that are only compacted', () => {
    const bench = openLog({ config: { compact: true, delete: false, retentionMs: 1, segmentBytes: 200 } })
    for (let index = 0; index < 9; index++) {
      bench.log.append(batchOf([[`k${index}`, 'v']]), { origin: 'client', nowMs: startMs })
    }
    bench.log.maintain(startMs + 1e9)
    expect(bench.log.logStartOffset).toBe(0)
  })
})

describe('DeleteRecords', () => {
  it('hides records at once, and takes whole segments with the next maintenance', () => {
    const bench = openLog({ config: { segmentBytes: batchBytes * 2 } })
    fill(bench, 7)
    expect(bench.log.deleteRecordsBefore(5)).toBe(5)
    expect(bench.log.deleteRecordsBefore(2)).toBe(5)
    expect(refusalOf(() => bench.log.read({ offset: 4, maxBytes: 10 }))).toBe('OFFSET_OUT_OF_RANGE')
    expect(bases(bench)).toEqual([0, 2, 4, 6])
    bench.log.maintain(startMs)
    expect(bases(bench)).toEqual([4, 6])
    expect(bench.log.deleteRecordsBefore(-1)).toBe(7)
    expect(refusalOf(() => bench.log.deleteRecordsBefore(8))).toBe('OFFSET_OUT_OF_RANGE')
  })
})
