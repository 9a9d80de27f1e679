/** What opening a log makes of what a crash, a torn write or a bad disk left (G39; reliability 5.6, 5.12). */
import { describe, expect, it } from 'vitest'
import { sizeInBytesOf } from '../../../src/record/batch-format.ts'
import type { StreamsError } from '../../../src/base/errors.ts'
import { BrokerError } from '../../../broker/broker-error.ts'
import { segmentFileName } from '../../../broker/log/segment-names.ts'
import { batchOf, openLog, recordsOf, type Bench } from './log-bench.ts'
import { refusalOf } from './refusals.ts'

const directory = '/data/orders-0'

function fill(bench: Bench, count: number, from = 0): void {
  for (let index = from; index < from + count; index++) {
    bench.log.append(batchOf([`v${index}`]), { origin: 'client', nowMs: bench.nowMs })
  }
}

/** Offset → value of all that can be read; offsets whose batch is damaged are listed apart. */
function readAll(bench: Bench): { values: Map<number, string | null>; damaged: number[] } {
  const values = new Map<number, string | null>()
  const damaged: number[] = []
  for (let offset = bench.log.logStartOffset; offset < bench.log.logEndOffset;) {
    let next = offset + 1
    try {
      for (const record of recordsOf(bench.log.read({ offset, maxBytes: 500 }).records)) {
        if (record.offset < offset) continue
        values.set(record.offset, record.value)
        next = record.offset + 1
      }
    } catch (error) {
      expect(error).toBeInstanceOf(BrokerError)
      damaged.push(offset)
    }
    offset = next
  }
  return { values, damaged }
}

const logFile = (base: number): string => `${directory}/${segmentFileName(base, 'log')}`
const allOf = (count: number, ...without: number[]): Map<number, string> =>
  new Map(
    Array.from({ length: count }, (_, index) => [index, `v${index}`] as const).filter(
      ([index]) => !without.includes(index),
    ),
  )

describe('a torn tail', () => {
  it('is cut off at the last whole batch, for every length of what is left of the last one', () => {
    const whole = batchOf(['v5']).length
    for (let left = 0; left < whole; left++) {
      const bench = openLog()
      fill(bench, 6)
      const file = bench.files.open(logFile(0), 'write')
      file.truncate(file.sizeInBytes() - whole + left)
      bench.files.crash('kept')
      bench.reopen()
      expect(readAll(bench)).toEqual({ values: allOf(5), damaged: [] })
      expect(bench.log.recovery.truncatedBytes).toBe(left)
      fill(bench, 1, 5)
      expect(readAll(bench).values).toEqual(allOf(6))
    }
  })

  it.each([
    ['garbage', (bytes: Uint8Array) => bytes.map((_, index) => (index * 37 + 11) & 0xff)],
    ['zeros', (bytes: Uint8Array) => bytes],
  ])('of %s is cut off', (_what, make) => {
    const bench = openLog()
    fill(bench, 4)
    const file = bench.files.open(logFile(0), 'write')
    file.write(make(new Uint8Array(3000)), file.sizeInBytes())
    bench.files.crash('kept')
    bench.reopen()
    expect(readAll(bench)).toEqual({ values: allOf(4), damaged: [] })
    expect(bench.log.recovery.truncatedBytes).toBe(3000)
  })

  it('starts at a sector that the disk lost: all after it was unsynced too', () => {
    const bench = openLog()
    fill(bench, 60)
    const file = bench.files.open(logFile(0), 'write')
    file.write(new Uint8Array(512), 1024)
    bench.files.crash('kept')
    bench.reopen()
    const { values, damaged } = readAll(bench)
    expect(damaged).toEqual([])
    expect(values).toEqual(allOf(values.size))
    expect(values.size).toBe(Math.floor(1024 / batchOf(['v10']).length))
  })
})

describe('a damaged batch with whole ones after it', () => {
  it.each([
    ['the segment in use', 1 << 20],
    ['closed segments', 400],
  ])('is reported, and all others stay readable: each bit of one batch in %s', (_where, segmentBytes) => {
    const size = batchOf(['v7']).length
    for (let at = 0; at < size; at++) {
      const bench = openLog({ config: { segmentBytes } })
      fill(bench, 20)
      const { path, position } = placeOf(bench, 7)
      const file = bench.files.open(path, 'write')
      const byte = new Uint8Array(1)
      file.read(byte, 0, 1, position + at)
      file.write(
        byte.map(each => each ^ 0x10),
        position + at,
      )
      bench.files.crash('kept')
      bench.reopen()
      const { values, damaged } = readAll(bench)
      // The leader epoch is not covered by the checksum, and changes no record.
      const harmless = at >= 12 && at < 16
      expect(values, `byte ${at}`).toEqual(harmless ? allOf(20) : allOf(20, 7))
      expect(damaged, `byte ${at}`).toEqual(harmless ? [] : [7])
      expect(bench.log.recovery.corruptRanges.length).toBe(harmless ? 0 : 1)
      fill(bench, 1, 20)
      expect(readAll(bench).values.get(20)).toBe('v20')
    }
  })

  it('says which file and position, as CORRUPT_MESSAGE with MR-4002 underneath', () => {
    const bench = openLog({ tail: false, config: { segmentBytes: 400 } })
    fill(bench, 20)
    const { path, position } = placeOf(bench, 7)
    const file = bench.files.open(path, 'write')
    file.write(new Uint8Array([255]), position + 65)
    const act = (): unknown => bench.log.read({ offset: 7, maxBytes: 1000 })
    expect(refusalOf(act)).toBe('CORRUPT_MESSAGE')
    try {
      act()
    } catch (error) {
      const cause = (error as BrokerError).cause as StreamsError
      expect([cause.code, cause.where]).toEqual(['MR-4002', `${path}, byte ${position} (offset 7)`])
    }
    expect(readAll(bench)).toEqual({ values: allOf(20, 7), damaged: [7] })
  })

  it('is found by readers after a clean stop too, which scans nothing', () => {
    const bench = openLog({ config: { segmentBytes: 400 } })
    fill(bench, 20)
    const { path, position } = placeOf(bench, 3)
    bench.log.close({ clean: true })
    bench.files.open(path, 'write').write(new Uint8Array([255]), position + 65)
    bench.reopen({ cleanStop: true })
    expect(bench.log.recovery).toMatchObject({ cleanStop: true, scannedBytes: 0 })
    expect(readAll(bench)).toEqual({ values: allOf(20, 3), damaged: [3] })
  })
})

describe('how much is read again', () => {
  it('nothing after a clean stop', () => {
    const bench = openLog({ config: { segmentBytes: 1000 } })
    fill(bench, 50)
    expect(bench.log.close({ clean: true })).toBe(true)
    bench.reopen({ cleanStop: true })
    expect(bench.log.recovery).toEqual({
      cleanStop: true,
      scannedBytes: 0,
      truncatedBytes: 0,
      corruptRanges: [],
    })
    expect(readAll(bench).values).toEqual(allOf(50))
  })

  it('after a kill, only segments past the recovery point', async () => {
    const bench = openLog({ config: { segmentBytes: 1000 } })
    fill(bench, 50)
    await bench.log.idle()
    const { recoveryPoint } = bench.log
    expect(recoveryPoint).toBe(bench.log.store.segments.active.baseOffset)
    bench.files.crash('kept')
    bench.reopen({ recoveryPoint })
    expect(bench.log.recovery.scannedBytes).toBe(bench.log.store.segments.active.sizeInBytes)
    expect(readAll(bench).values).toEqual(allOf(50))
  })

  it('after a kill, no segment before the recovery point though transactions in it overlapped', async () => {
    const bench = openLog({ config: { segmentBytes: 400 } })
    const write = (producerId: number): unknown =>
      bench.log.append(
        batchOf(['v'], { producerId, producerEpoch: 0, baseSequence: 0, transactional: true }),
        { origin: 'client', nowMs: bench.nowMs },
      )
    write(1)
    write(2)
    // The older transaction is open still, so the log is stable up to its start only.
    const marker = { producerId: 2, producerEpoch: 0, coordinatorEpoch: 0, commit: false, nowMs: bench.nowMs }
    bench.log.appendMarker(marker)
    fill(bench, 12)
    await bench.log.flush()
    const { recoveryPoint } = bench.log
    const active = bench.log.store.segments.active.sizeInBytes
    bench.files.crash('kept')
    bench.reopen({ recoveryPoint })
    expect(bench.log.recovery.scannedBytes).toBeLessThanOrEqual(active)
  })

  it('indexes that are lost or make no sense are built anew', () => {
    for (const damage of ['remove', 'cut', 'garbage'] as const) {
      const bench = openLog({ tail: false, config: { segmentBytes: 1000, indexIntervalBytes: 100 } })
      fill(bench, 50)
      bench.log.close({ clean: true })
      for (const name of bench.files.list(directory).filter(each => each.endsWith('index'))) {
        const path = `${directory}/${name}`
        const file = bench.files.open(path, 'write')
        if (damage === 'remove') bench.files.remove(path)
        else if (damage === 'cut') file.truncate(Math.max(0, file.sizeInBytes() - 3))
        else file.write(new Uint8Array(file.sizeInBytes()).fill(0x7f), 0)
      }
      bench.reopen({ cleanStop: true })
      expect(readAll(bench)).toEqual({ values: allOf(50), damaged: [] })
      expect(bench.log.offsetForTimestamp(bench.nowMs)?.offset).toBe(0)
    }
  })

  it('a snapshot that is damaged is passed over', () => {
    const bench = openLog({ config: { segmentBytes: 300 } })
    for (let sequence = 0; sequence < 10; sequence++) {
      const batch = batchOf(['v'], { producerId: 5, producerEpoch: 0, baseSequence: sequence })
      bench.log.append(batch, { origin: 'client', nowMs: bench.nowMs })
    }
    bench.log.close({ clean: true })
    for (const name of bench.files.list(directory).filter(each => each.endsWith('.snapshot'))) {
      bench.files.open(`${directory}/${name}`, 'write').write(new Uint8Array([9]), 12)
    }
    bench.reopen({ cleanStop: true })
    const retry = batchOf(['v'], { producerId: 5, producerEpoch: 0, baseSequence: 6 })
    expect(bench.log.append(retry, { origin: 'client', nowMs: bench.nowMs }).baseOffset).toBe(6)
  })
})

function placeOf(bench: Bench, offset: number): { path: string; position: number } {
  const { segments } = bench.log.store
  const segment = segments.all[segments.floorIndex(offset)]!
  let position = 0
  const bytes = bench.files.contents(segment.path())
  for (let at = segment.baseOffset; at < offset; at++) position += sizeInBytesOf(bytes, position)
  return { path: segment.path(), position }
}
