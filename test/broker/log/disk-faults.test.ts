/** A disk that is full or fails: clean refusals, reads go on, nothing acknowledged is lost (reliability 5.10). */
import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../../src/base/random.ts'
import { batchOf, openLog, startMs, valuesOf, type Bench } from './log-bench.ts'
import { segmentFileName } from '../../../broker/log/segment-names.ts'
import { nameOf, refusalOf } from './refusals.ts'

function write(bench: Bench, value: string): unknown {
  return bench.log.append(batchOf([value]), { origin: 'client', nowMs: bench.nowMs })
}

function values(bench: Bench): readonly (string | null)[] {
  const seen: (string | null)[] = []
  for (let offset = 0; offset < bench.log.highWatermark;) {
    const read = valuesOf(bench.log.read({ offset, maxBytes: 1 << 20 }).records)
    seen.push(...read)
    offset += read.length
  }
  return seen
}

describe('a full disk', () => {
  it('refuses appends with MR-4003, leaves no torn bytes, goes on reading, and recovers with the space', () => {
    const bench = openLog()
    write(bench, 'a')
    bench.files.spaceBytesMax = 300
    expect(refusalOf(() => write(bench, 'x'.repeat(500)))).toBe('MR-4003')
    expect(bench.log.state).toBe('open')
    expect(bench.files.stat(bench.log.store.segments.active.path())?.sizeInBytes).toBe(batchOf(['a']).length)
    expect(values(bench)).toEqual(['a'])
    bench.files.spaceBytesMax = Infinity
    write(bench, 'b')
    bench.files.crash('kept')
    bench.reopen()
    expect(values(bench)).toEqual(['a', 'b'])
  })

  it('while retention takes segments: their space is given back by the next upkeep that can', async () => {
    const bench = openLog({ config: { segmentBytes: 150, fileDeleteDelayMs: 10 } })
    for (let index = 0; index < 12; index++) {
      bench.log.append(batchOf([`v${index}`]), { origin: 'client', nowMs: startMs })
    }
    bench.log.deleteRecordsBefore(bench.log.highWatermark)
    // Every third file is renamed.
    const isFailing = { rename: (ordinal: number) => ordinal % 3 > 0, remove: () => true } as Partial<
      Record<string, (ordinal: number) => boolean>
    >
    bench.files.faults = ({ kind, ordinal }) =>
      isFailing[kind]?.(ordinal) === true ? { errno: 'ENOSPC' } : undefined
    for (const nowMs of [startMs, startMs + 10]) expect(() => bench.log.maintain(nowMs)).toThrow(/MR-4003/)
    bench.files.faults = undefined
    bench.log.maintain(startMs + 20)
    const logs = bench.files.list('/data/orders-0').filter(name => name.includes('.log'))
    expect(logs).toEqual([segmentFileName(bench.log.store.segments.active.baseOffset, 'log')])
    await bench.log.flush()
    expect(bench.log.state).toBe('open')
  })

  it('while rolling leaves the old segment in use', () => {
    const bench = openLog({ config: { segmentBytes: 200 } })
    const accepted: string[] = []
    for (let space = 100; space < 3000; space += 7) {
      bench.files.spaceBytesMax = space
      const value = `v${accepted.length}`
      if (refusalOf(() => write(bench, value)) === undefined) accepted.push(value)
    }
    expect(accepted.length).toBeGreaterThan(20)
    expect(values(bench)).toEqual(accepted)
    bench.files.crash('kept')
    bench.files.spaceBytesMax = Infinity
    bench.reopen()
    expect(values(bench)).toEqual(accepted)
  })
})

describe('an input or output error at every single operation', () => {
  it.each(['process', 'power'] as const)('loses nothing acknowledged under %s', async durability => {
    for (let failing = 1; failing < 120; failing++) {
      const bench = openLog({ config: { segmentBytes: 300 }, open: { durability } })
      const acknowledged: string[] = []
      const base = bench.files.operationCount
      bench.files.faults = ({ ordinal }) => (ordinal === base + failing ? { errno: 'EIO' } : undefined)
      for (let index = 0; index < 12; index++) {
        try {
          write(bench, `v${index}`)
          await bench.log.durable()
          acknowledged.push(`v${index}`)
        } catch (error) {
          expect(nameOf(error)).toBe('MR-4004')
          expect(values(bench)).toEqual(expect.arrayContaining(acknowledged))
          await bench.log.idle()
          if (bench.log.state === 'failed') bench.log.reopen(bench.nowMs)
        }
      }
      await bench.log.idle()
      expect(
        values(bench).filter(each => acknowledged.includes(each!)),
        `operation ${failing}`,
      ).toEqual(acknowledged)
      bench.files.faults = undefined
      bench.files.crash(durability === 'power' ? 'dropped' : 'kept')
      bench.reopen()
      expect(
        values(bench).filter(each => acknowledged.includes(each!)),
        `operation ${failing}`,
      ).toEqual(acknowledged)
    }
  })
})

describe('a sync that fails', () => {
  it('stops acknowledging until the log is opened anew, and shows nobody what was not durable', async () => {
    const bench = openLog({ open: { durability: 'power' } })
    write(bench, 'a')
    await bench.log.durable()
    bench.files.faults = ({ kind }) => (kind === 'sync' ? { errno: 'EIO' } : undefined)
    write(bench, 'b')
    await expect(bench.log.durable()).rejects.toMatchObject({ code: 'MR-4004' })
    expect([bench.log.state, bench.log.highWatermark, bench.log.logEndOffset]).toEqual(['failed', 1, 2])
    expect(refusalOf(() => write(bench, 'c'))).toBe('MR-4004')
    await expect(bench.log.flush()).rejects.toMatchObject({ code: 'MR-4004' })
    expect(values(bench)).toEqual(['a'])
    bench.files.faults = undefined
    bench.log.reopen(bench.nowMs)
    expect([bench.log.state, bench.log.logEndOffset]).toEqual(['open', 1])
    write(bench, 'd')
    await bench.log.durable()
    bench.files.crash('torn', seededRandom(1))
    bench.reopen()
    expect(values(bench)).toEqual(['a', 'd'])
  })

  it('fails those too that wait for the next sync, even if that one would succeed', async () => {
    const bench = openLog({ open: { durability: 'power' } })
    write(bench, 'a')
    await bench.log.durable()
    let syncs = 0
    let second: Promise<void> | undefined
    bench.files.faults = ({ kind }) => {
      if (kind !== 'sync' || ++syncs > 1) return undefined
      second = bench.log.durable()
      second?.catch(() => {})
      return { errno: 'EIO' }
    }
    write(bench, 'b')
    await expect(bench.log.durable()).rejects.toMatchObject({ code: 'MR-4004' })
    await expect(second).rejects.toMatchObject({ code: 'MR-4004' })
    expect([bench.log.state, bench.log.highWatermark]).toEqual(['failed', 1])
  })

  it('shows committed records only when their marker is durable too', async () => {
    const bench = openLog({ open: { durability: 'power' } })
    const batch = batchOf(['t'], { producerId: 3, producerEpoch: 0, baseSequence: 0, transactional: true })
    bench.log.append(batch, { origin: 'client', nowMs: bench.nowMs })
    await bench.log.durable()
    const marker = { producerId: 3, producerEpoch: 0, commit: true, coordinatorEpoch: 0, nowMs: bench.nowMs }
    bench.log.appendMarker(marker)
    expect([bench.log.highWatermark, bench.log.lastStableOffset]).toEqual([1, 0])
    await bench.log.durable()
    expect([bench.log.highWatermark, bench.log.lastStableOffset]).toEqual([2, 2])
  })

  it('is shared by all appends of a turn', async () => {
    const bench = openLog({ open: { durability: 'power' } })
    let syncs = 0
    bench.files.faults = ({ kind }) => {
      if (kind === 'sync') syncs++
      return undefined
    }
    write(bench, 'first')
    await bench.log.durable()
    syncs = 0
    for (let index = 0; index < 100; index++) write(bench, `v${index}`)
    await bench.log.durable()
    expect(syncs).toBe(1)
  })
})
