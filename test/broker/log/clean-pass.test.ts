/** A pass of compaction that is interrupted: by a crash at any operation, by retention, by the end, by a full disk (G56). */
import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../../src/base/random.ts'
import { clean, left, newCleaner, openCompacted, put, roll } from './clean-bench.ts'
import { startMs, type Bench } from './log-bench.ts'

describe('a pass that is interrupted', () => {
  const prepare = (): Bench => {
    const bench = openCompacted({ config: { segmentBytes: 400, indexIntervalBytes: 60 } })
    for (let index = 0; index < 24; index++) put(bench, [[`k${index % 5}`, String(index)]])
    put(bench, [['k0', 'aborted']], { producerId: 7, producerEpoch: 0, baseSequence: 0, transactional: true })
    bench.log.appendMarker({
      producerId: 7,
      producerEpoch: 0,
      commit: false,
      coordinatorEpoch: 0,
      nowMs: startMs,
    })
    roll(bench)
    return bench
  }
  const newest = ['20:k0=20', '21:k1=21', '22:k2=22', '23:k3=23', '19:k4=19']

  /** As `prepare`, after a pass, so that the next one merges several small segments into one. */
  const prepareSmall = (): Bench => {
    const bench = prepare()
    clean(bench)
    bench.files.remove('/data/cleaner-offset-checkpoint')
    bench.log.configure({ ...bench.config, segmentBytes: 4000 })
    return bench
  }

  it.each([
    ['kept', prepare],
    ['dropped', prepare],
    ['torn', prepare],
    ['kept', prepareSmall],
    ['dropped', prepareSmall],
    ['torn', prepareSmall],
  ] as const)('by a crash at any operation leaves the log whole (%s)', (mode, make) => {
    let finished = false
    for (let stop = 1; !finished; stop++) {
      const bench = make()
      // All that was written before the pass is on the disk.
      for (const segment of bench.log.store.segments.all) segment.file.sync()
      bench.files.syncDirectory('/data/orders-0')
      const base = bench.files.operationCount
      bench.files.faults = ({ ordinal }) =>
        ordinal === base + stop ? { crash: true, writtenBytes: 30 } : undefined
      try {
        clean(bench)
        finished = true
      } catch {
        // The machine stopped in the middle.
      }
      bench.files.crash(mode, seededRandom(stop))
      // The segments that the pass reads and writes lie before the recovery point: their indexes are trusted.
      bench.reopen({ recoveryPoint: 26 })
      expect(left(bench), `operation ${stop}`).toEqual(expect.arrayContaining(newest))
      const inUse = bench.log.store.segments.all.map(each => each.path())
      const onDisk = bench.files.list('/data/orders-0').filter(name => name.endsWith('.log'))
      expect(inUse, `operation ${stop}`).toEqual(
        expect.arrayContaining(onDisk.map(name => `/data/orders-0/${name}`)),
      )
      expect(bench.log.recovery.corruptRanges).toEqual([])
      const { abortedTransactions } = bench.log.read({ offset: 24, maxBytes: 1, isolation: 'read_committed' })
      if (left(bench).includes('25:marker')) expect(abortedTransactions!.length, `operation ${stop}`).toBe(1)
      clean(bench)
      expect(
        left(bench)
          .filter(each => !each.includes('marker'))
          .toSorted(),
      ).toEqual(newest.toSorted())
      const names = bench.files.list('/data/orders-0')
      expect(names.filter(name => /swap|cleaned/.test(name))).toEqual([])
    }
  })

  it('by retention or by a log that is opened anew gives up, and leaves nothing behind', () => {
    for (let steps = 1; ; steps++) {
      const bench = prepare()
      const cleaner = newCleaner(bench)
      let busy = true
      for (let step = 0; step < steps; step++) busy = cleaner.step([bench.log], bench.nowMs)
      if (!busy) break
      bench.log.deleteRecordsBefore(6)
      bench.log.maintain(startMs)
      clean(bench, bench.nowMs, cleaner)
      expect(left(bench), `step ${steps}`).toEqual(expect.arrayContaining(newest))
      cleaner.forget(bench.log)
      expect(bench.files.list('/data/orders-0').some(name => name.includes('.cleaned'))).toBe(false)
    }
  })

  it('by the end of the broker removes its unfinished files', () => {
    const bench = openCompacted()
    for (let index = 0; index < 30; index++) put(bench, [[`k${index}`, 'x'.repeat(100_000)]])
    roll(bench)
    const cleaner = newCleaner(bench)
    const unfinished = (): boolean =>
      bench.files.list('/data/orders-0').some(name => name.includes('.cleaned'))
    let met = false
    while (cleaner.step([bench.log], bench.nowMs) && !met) met = unfinished()
    expect(met).toBe(true)
    cleaner.stop()
    expect(unfinished()).toBe(false)
    expect(left(bench).length).toBe(30)
  })

  it('by a full disk tries again when there is space', () => {
    const bench = prepare()
    const cleaner = newCleaner(bench)
    bench.files.spaceBytesMax = 0
    expect(() => clean(bench, bench.nowMs, cleaner)).toThrow('MR-4003')
    bench.files.spaceBytesMax = Infinity
    clean(bench, bench.nowMs, cleaner)
    expect(left(bench)).toEqual(expect.arrayContaining(newest))
    expect(left(bench).length).toBeLessThan(10)
  })
})
