/**
 * What became of files after a stop in order is noticed by their sizes, whichever file it is: above all a transaction index,
 * without which readers of committed records would be shown aborted ones.
 */
import { describe, expect, it } from 'vitest'
import { BrokerError } from '../../../broker/broker-error.ts'
import { seededRandom } from '../../../src/base/random.ts'
import { LogDirectory } from '../../../broker/log/log-directory.ts'
import { logConfigDefaults } from '../../../broker/log/log-config.ts'
import { MemoryFiles } from '../../../broker/log/memory-files.ts'
import { segmentFileName, type SegmentFileKind } from '../../../broker/log/segment-names.ts'
import type { PartitionLog } from '../../../broker/log/partition-log.ts'
import { batchOf, recordsOf, startMs } from './log-bench.ts'

const config = { ...logConfigDefaults, segmentBytes: 1500, indexIntervalBytes: 100 }
const root = '/data'

function open(files: MemoryFiles): LogDirectory {
  const logConfig = () => config
  return LogDirectory.open({ files, root, nowMs: startMs, random: seededRandom(1), logConfig })
}

/** Forty transactions of two records each, every other aborted, over some ten segments. */
async function left(
  by: 'stop' | 'kill',
): Promise<{ files: MemoryFiles; bases: readonly number[]; end: number }> {
  const files = new MemoryFiles()
  const directory = open(files)
  const topicId = 'AAAAAAAAAAAAAAAAAAAAAQ'
  const log = directory.create({ topic: 'orders', partition: 0, topicId, config, nowMs: startMs })
  for (let index = 0; index < 40; index++) {
    const producer = { producerId: index % 3, producerEpoch: 0 }
    for (const step of [0, 1]) {
      const baseSequence = Math.floor(index / 3) * 2 + step
      const value = index % 2 === 0 ? `committed ${index} ${step}` : `aborted ${index} ${step}`
      const timestamp = startMs + index
      log.append(batchOf([[value, value]], { ...producer, baseSequence, transactional: true, timestamp }), {
        origin: 'client',
        nowMs: startMs,
      })
    }
    log.appendMarker({ ...producer, coordinatorEpoch: 0, commit: index % 2 === 0, nowMs: startMs })
  }
  const bases = log.store.segments.all.map(({ baseOffset }) => baseOffset)
  const end = log.logEndOffset
  if (by === 'stop') await directory.close()
  else files.crash('kept')
  return { files, bases, end }
}

const stopped = () => left('stop')

/** What a reader of committed records is shown, and at which offsets it is refused. */
function committed(log: PartitionLog): { values: string[]; refused: number } {
  const values: string[] = []
  let refused = 0
  for (let offset = 0; offset < log.lastStableOffset;) {
    try {
      const read = log.read({ offset, maxBytes: 1, isolation: 'read_committed' })
      const records = recordsOf(read.records)
      if (records.length === 0) break
      for (const record of records) {
        const isAborted = read.abortedTransactions!.some(
          each =>
            each.producerId === record.producerId &&
            each.firstOffset <= record.offset &&
            record.offset < each.lastOffset,
        )
        if (!record.control && !isAborted) values.push(record.value!)
        offset = record.offset + 1
      }
    } catch (error) {
      expect(error).toBeInstanceOf(BrokerError)
      refused++
      offset++
    }
  }
  return { values, refused }
}

const nameOf = (base: number, kind: SegmentFileKind) => `${root}/orders-0/${segmentFileName(base, kind)}`
const logOf = (files: MemoryFiles) => open(files).get('orders', 0)!

const { files: untouched, bases, end } = await stopped()
const all = committed(logOf(untouched)).values
const middle = bases[Math.floor(bases.length / 2)]!

/** What may become of a transaction index. */
const changes: readonly [what: string, change: (files: MemoryFiles, path: string) => void][] = [
  ['gone', (files, path) => files.remove(path)],
  [
    'cut by an entry',
    (files, path) => files.open(path, 'write').truncate(files.stat(path)!.sizeInBytes - 34),
  ],
  ['cut to nothing', (files, path) => files.open(path, 'write').truncate(0)],
  [
    'changed in its last entry',
    (files, path) => files.open(path, 'write').write(Uint8Array.of(9), files.stat(path)!.sizeInBytes - 20),
  ],
]

describe('after a stop in order', () => {
  it('nothing is read again where nothing has become of the files', async () => {
    const { files } = await stopped()
    const log = logOf(files)
    expect(all).toHaveLength(40)
    expect(bases.length).toBeGreaterThan(6)
    expect(log.recovery).toMatchObject({ cleanStop: true, scannedBytes: 0, corruptRanges: [] })
  })

  it.each(changes)('a transaction index that is %s is built anew', async (_what, change) => {
    for (const base of bases) {
      const { files } = await stopped()
      if (files.stat(nameOf(base, 'txnindex')) === undefined) continue
      change(files, nameOf(base, 'txnindex'))
      const log = logOf(files)
      expect(committed(log), `${base}`).toEqual({ values: all, refused: 0 })
      expect(log.logEndOffset).toBe(end)
      expect(log.recovery.corruptRanges).toEqual([])
    }
  })

  it('a time index that lacks entries is not believed', async () => {
    for (const base of bases) {
      const { files } = await stopped()
      const file = files.open(nameOf(base, 'timeindex'), 'write')
      file.truncate(Math.max(0, file.sizeInBytes() - 12))
      const log = logOf(files)
      for (let index = 0; index < 40; index++) {
        expect(log.offsetForTimestamp(startMs + index)?.offset, `${base} ${index}`).toBe(3 * index)
      }
    }
  })

  it('a log file that is gone is told of, and what was aborted stays hidden', async () => {
    for (const [index, base] of bases.entries()) {
      for (const withIndexes of [false, true]) {
        const { files } = await stopped()
        files.remove(nameOf(base, 'log'))
        if (withIndexes) for (const kind of ['index', 'timeindex'] as const) files.remove(nameOf(base, kind))
        const toOffset = (bases[index + 1] ?? end) - 1
        for (let start = 0; start < 3; start++) {
          const directory = open(files)
          const log = directory.get('orders', 0)!
          expect(log.recovery.corruptRanges, `${base}, start ${start}`).toMatchObject([
            { fromOffset: base, toOffset },
          ])
          expect(log.logEndOffset).toBe(end)
          const { values } = committed(log)
          expect(values.filter(value => value.startsWith('aborted'))).toEqual([])
          expect(values.length).toBeGreaterThan(20)
          if (start < 2) await directory.close()
          else files.crash('kept')
        }
        const killed = logOf(files)
        expect(committed(killed).values.filter(value => value.startsWith('aborted'))).toEqual([])
      }
    }
  })

  it('a log file that is shorter is told of, whichever it is', async () => {
    for (const [index, base] of bases.entries()) {
      for (const bytes of [1, 79, 200]) {
        const { files } = await stopped()
        const file = files.open(nameOf(base, 'log'), 'write')
        file.truncate(file.sizeInBytes() - bytes)
        const log = logOf(files)
        const toOffset = (bases[index + 1] ?? end) - 1
        expect(log.recovery.corruptRanges.at(-1), `${base}, ${bytes} bytes`).toMatchObject({ toOffset })
        expect(log.logEndOffset).toBe(end)
        expect(committed(log).values.filter(value => value.startsWith('aborted'))).toEqual([])
      }
    }
  })

  it('sizes are not believed beside the recovery points of another stop', async () => {
    const { files } = await stopped()
    const path = `${root}/recovery-point-offset-checkpoint`
    const size = files.stat(path)!.sizeInBytes
    files.open(path, 'write').write(Uint8Array.of(0x0a), size)
    files.open(nameOf(middle, 'timeindex'), 'write').truncate(12)
    expect(logOf(files).recovery).toMatchObject({ cleanStop: true, scannedBytes: 0, corruptRanges: [] })
    expect(files.stat(`${root}/.segment-sizes`)).toBeUndefined()
  })
})

describe('after a kill', () => {
  it('nothing but the active segment is read again where nothing has become of the files', async () => {
    const { files, end: killedEnd } = await left('kill')
    const log = logOf(files)
    expect(log.logEndOffset).toBe(killedEnd)
    expect(log.recovery.scannedBytes).toBeLessThan(config.segmentBytes)
    expect(committed(log)).toEqual({ values: all, refused: 0 })
  })

  it.each(changes)('a transaction index that is %s is built anew', async (_what, change) => {
    let changed = 0
    for (const base of bases) {
      const { files } = await left('kill')
      if (files.stat(nameOf(base, 'txnindex')) === undefined) continue
      change(files, nameOf(base, 'txnindex'))
      changed++
      for (let start = 0; start < 2; start++) {
        const log = logOf(files)
        expect(committed(log), `${base}`).toEqual({ values: all, refused: 0 })
        expect(log.recovery.corruptRanges).toEqual([])
        files.crash('kept')
      }
    }
    expect(changed).toBeGreaterThan(6)
  })

  it('so is one of segments that were sealed before a stop in order, or put together by compaction', async () => {
    for (const compacted of [false, true]) {
      const { files } = await stopped()
      const directory = open(files)
      const log = directory.get('orders', 0)!
      const bytesBefore = log.sizeInBytes
      if (compacted) {
        directory.configure('orders', { ...config, compact: true, delete: false, dirtyRatioMin: 0 })
        for (let round = 0; round < 100; round++) directory.maintain(startMs + round * 60_000)
        expect(log.sizeInBytes).toBeLessThan(bytesBefore)
      }
      const expected = committed(log).values
      const names = files.list(`${root}/orders-0`).filter(name => name.endsWith('.txnindex'))
      files.crash('kept')
      expect(logOf(files).recovery.scannedBytes).toBeLessThan(config.segmentBytes)
      files.crash('kept')
      for (const name of names) files.remove(`${root}/orders-0/${name}`)
      expect(committed(logOf(files)).values).toEqual(expected)
    }
  })
})
