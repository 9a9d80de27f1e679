/** What of a file was written or checked within the last minute, and that reads check all other bytes. */
import { afterEach, describe, expect, it } from 'vitest'
import { FreshBytes, freshMs } from '../../../broker/log/fresh-bytes.ts'
import { MemoryFiles } from '../../../broker/log/memory-files.ts'
import { installCrc32c, tableCrc32c } from '../../../src/base/crc32c.ts'
import { batchOf, openLog, startMs, valuesOf } from './log-bench.ts'
import { refusalOf } from './refusals.ts'

describe('fresh bytes', () => {
  it('are those of the last minute, or a half of it at least', () => {
    const fresh = new FreshBytes()
    expect(fresh.covers(0, 0, 0)).toBe(false)
    // A byte a second.
    for (let second = 0; second < 300; second++) fresh.note(second, 1, second * 1000)
    const nowMs = 299_000
    const first = [...Array(300).keys()].find(position => fresh.covers(position, 300 - position, nowMs))!
    expect(nowMs - first * 1000).toBeLessThan(freshMs)
    expect(nowMs - first * 1000).toBeGreaterThanOrEqual(freshMs / 2 - 1000)
    expect(fresh.covers(first, 300 - first, nowMs + freshMs)).toBe(false)
  })

  it('do not reach over a hole, nor past what was noted', () => {
    const fresh = new FreshBytes()
    fresh.note(0, 10, 0)
    fresh.note(20, 10, 1)
    expect([fresh.covers(0, 10, 2), fresh.covers(20, 10, 2)]).toEqual([true, true])
    expect([fresh.covers(20, 11, 2), fresh.covers(9, 2, 2), fresh.covers(5, 20, 2)]).toEqual([
      false,
      false,
      false,
    ])
    fresh.note(10, 10, 2)
    expect(fresh.covers(0, 30, 3)).toBe(true)
    expect([fresh.covers(19, 2, freshMs), fresh.covers(20, 10, freshMs)]).toEqual([false, true])
    fresh.forget()
    expect(fresh.covers(0, 1, 3)).toBe(false)
  })

  it('are of so many readers, and no more', () => {
    const fresh = new FreshBytes()
    for (let reader = 0; reader < 100; reader++) fresh.note(reader * 100, 50, 0)
    for (let reader = 95; reader < 100; reader++) fresh.note(reader * 100 + 50, 50, 1)
    expect(fresh.covers(9500, 500, 2)).toBe(true)
    expect(fresh.covers(0, 50, 2)).toBe(false)
  })

  it('are not told by a clock that was set back', () => {
    const fresh = new FreshBytes()
    fresh.note(0, 10, 1_000_000)
    expect([fresh.covers(0, 10, 1_000_000), fresh.covers(0, 10, 999_999)]).toEqual([true, false])
  })
})

describe('reads of a file', () => {
  afterEach(() => installCrc32c(undefined))

  /** A log of 20 batches of which none is kept in memory, and how many checksums a reading of all computes. */
  function log() {
    const files = new MemoryFiles()
    files.nowMs = startMs
    const bench = openLog({ files, tail: false })
    for (let number = 0; number < 20; number++) {
      bench.log.append(batchOf([`value ${number}`]), { nowMs: startMs, origin: 'client' })
    }
    const checksumsOfReading = (): number => {
      let count = 0
      installCrc32c((bytes, start, end) => {
        count++
        return tableCrc32c(bytes, start, end)
      }, 0)
      const { records } = bench.log.read({ offset: 0, maxBytes: 1 << 20 })
      installCrc32c(undefined)
      expect(valuesOf(records)).toHaveLength(20)
      return count
    }
    const path = bench.log.store.segments.active.path()
    return { files, bench, path, checksumsOfReading }
  }

  it('check what is older than a minute, and nothing that was checked and written since', () => {
    const { files, checksumsOfReading } = log()
    expect(checksumsOfReading()).toBe(0)
    files.nowMs = startMs + freshMs - 1
    expect(checksumsOfReading()).toBe(0)
    files.nowMs = startMs + freshMs
    expect(checksumsOfReading()).toBe(20)
    expect(checksumsOfReading()).toBe(0)
    files.nowMs += freshMs
    expect(checksumsOfReading()).toBe(20)
  })

  it('check once more what somebody else has changed since', () => {
    const { files, path, checksumsOfReading } = log()
    files.nowMs = startMs + freshMs
    expect([checksumsOfReading(), checksumsOfReading()]).toEqual([20, 0])
    const file = files.open(path, 'write')
    file.write(files.contents(path).slice(40, 50), 40)
    expect([checksumsOfReading(), checksumsOfReading()]).toEqual([20, 0])
  })

  it.each([
    ['was written', 0],
    ['was checked', freshMs],
  ])(
    'report a bit that somebody else flips right after it %s, and read what follows it',
    (_when, laterMs) => {
      const { files, bench, path, checksumsOfReading } = log()
      files.nowMs = startMs + laterMs
      checksumsOfReading()
      const size = bench.log.sizeInBytes / 20
      const file = files.open(path, 'write')
      const byte = new Uint8Array(1)
      const at = Math.floor(size * 4.9)
      file.read(byte, 0, 1, at)
      byte[0]! ^= 4
      file.write(byte, at)
      file.close()
      expect(valuesOf(bench.log.read({ offset: 0, maxBytes: 1 << 20 }).records)).toHaveLength(4)
      const refusal = refusalOf(() => bench.log.read({ offset: 4, maxBytes: 1 << 20 }))
      expect(refusal).toBe('CORRUPT_MESSAGE')
      expect(valuesOf(bench.log.read({ offset: 5, maxBytes: 1 << 20 }).records)).toHaveLength(15)
    },
  )
})
