/**
 * What a start opens and reads, counted at the file system: after a kill what was written since the logs were last noted,
 * after a loss of power what lies past the recovery point, and nothing else (reliability.md section 5 item 12).
 */
import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../../src/base/random.ts'
import type { FileSystem } from '../../../broker/log/files.ts'
import type { OpenDirectoryOptions } from '../../../broker/log/directory-options.ts'
import { LogDirectory } from '../../../broker/log/log-directory.ts'
import { logConfigDefaults } from '../../../broker/log/log-config.ts'
import { MemoryFiles } from '../../../broker/log/memory-files.ts'
import type { PartitionLog } from '../../../broker/log/partition-log.ts'
import { CountedReads } from './counted-reads.ts'
import { batchOf, startMs } from './log-bench.ts'

const segmentBytes = 64 * 1024
const config = { ...logConfigDefaults, segmentBytes, indexIntervalBytes: 4096 }

/** The machine was started anew, and had written everything back before. */
function restartMachine(files: MemoryFiles): void {
  files.crash('kept')
  files.remove('/data/.written-in')
}

function openDirectory(
  files: FileSystem,
  nowMs: number,
  options: Partial<OpenDirectoryOptions> = {},
): LogDirectory {
  return LogDirectory.open({
    files,
    root: '/data',
    nowMs,
    random: seededRandom(1),
    logConfig: () => config,
    ...options,
  })
}

/** 60 segments of transactions, every third of them aborted, so that every kind of file is there. */
async function fill(directory: LogDirectory): Promise<number> {
  const log = directory.create({
    topic: 'orders',
    partition: 0,
    topicId: 'AAAAAAAAAAAAAAAAAAAAAQ',
    config,
    nowMs: startMs,
  })
  const value = 'x'.repeat(7500)
  for (let index = 0; index < 60 * 8; index++) {
    const [producerId, producerEpoch] = [index % 3, 0]
    const baseSequence = Math.floor(index / 3)
    const batch = batchOf([value], { producerId, producerEpoch, baseSequence, transactional: true })
    log.append(batch, { origin: 'client', nowMs: startMs })
    log.appendMarker({
      producerId,
      producerEpoch,
      coordinatorEpoch: 0,
      commit: index % 3 > 0,
      nowMs: startMs,
    })
  }
  await log.idle()
  expect(log.store.segments.all.length).toBeGreaterThanOrEqual(60)
  return log.logEndOffset
}

describe('a start over a log of sixty segments reads', () => {
  it('after a kill, a part of the active segment, checkpoints or not', async () => {
    const files = new MemoryFiles()
    const end = await fill(openDirectory(files, startMs))
    files.crash('kept')
    const counted = new CountedReads()
    const directory = openDirectory(counted.over(files), startMs)
    const log = directory.get('orders', 0)!
    expect(log.logEndOffset).toBe(end)
    expect(log.recovery.scannedBytes).toBe(log.store.segments.active.sizeInBytes)
    expect(counted.logBytes).toBe(log.store.segments.active.sizeInBytes)
    expect(log.store.unsynced.length).toBeGreaterThanOrEqual(59)
  })

  it('after the machine went down, the segment past the recovery point', async () => {
    const files = new MemoryFiles()
    const before = openDirectory(files, startMs)
    const end = await fill(before)
    before.maintain(startMs + 60_000)
    restartMachine(files)
    const counted = new CountedReads()
    const directory = openDirectory(counted.over(files), startMs)
    const log = directory.get('orders', 0)!
    const active = log.store.segments.active.sizeInBytes
    expect(log.logEndOffset).toBe(end)
    expect(log.recovery.scannedBytes).toBe(active)
    expect(counted.logBytes).toBeLessThanOrEqual(active + 100)
    // Indexes and snapshots: a few hundred bytes a segment.
    expect(counted.otherBytes).toBeLessThan(60 * 1000)
  })

  it('after the machine went down before the first checkpoint, all of it once', async () => {
    const files = new MemoryFiles()
    const end = await fill(openDirectory(files, startMs))
    restartMachine(files)
    const counted = new CountedReads()
    const directory = openDirectory(counted.over(files), startMs)
    const log = directory.get('orders', 0)!
    expect(log.logEndOffset).toBe(end)
    expect(counted.logBytes).toBeLessThanOrEqual(log.sizeInBytes + 61 * 100)
  })

  it('after the machine went down twice, less each time: what recovery puts on the disk it need not read again', async () => {
    const files = new MemoryFiles()
    const checkpointBytes = 16 * segmentBytes
    const end = await fill(openDirectory(files, startMs, { checkpointBytes: Infinity }))
    const scanned: number[] = []
    for (let kill = 0; kill < 3; kill++) {
      restartMachine(files)
      const log = openDirectory(files, startMs, { checkpointBytes }).get('orders', 0)!
      expect(log.logEndOffset).toBe(end)
      scanned.push(log.recovery.scannedBytes)
      await log.idle()
    }
    const active = scanned.at(-1)!
    expect(active).toBeLessThanOrEqual(segmentBytes)
    expect(scanned[0]).toBeGreaterThan(50 * segmentBytes)
    expect(scanned[1]).toBe(active)
  })

  it('after the machine went down between two checkpoints, no more than the bytes that call for one', async () => {
    const files = new MemoryFiles()
    const checkpointBytes = 16 * segmentBytes
    const end = await fill(openDirectory(files, startMs, { checkpointBytes }))
    restartMachine(files)
    const log = openDirectory(files, startMs).get('orders', 0)!
    expect(log.logEndOffset).toBe(end)
    expect(log.recovery.scannedBytes).toBeLessThanOrEqual(checkpointBytes + segmentBytes)
  })

  it('after a stop in order, what follows the last index entry', async () => {
    const files = new MemoryFiles()
    const before = openDirectory(files, startMs)
    const end = await fill(before)
    await before.close()
    const counted = new CountedReads()
    const directory = openDirectory(counted.over(files), startMs)
    const log = directory.get('orders', 0)!
    expect(log.logEndOffset).toBe(end)
    expect(log.recovery.scannedBytes).toBe(0)
    expect(counted.logBytes).toBeLessThan(20_000)
  })
})

describe('a start over many logs whose segments are large', () => {
  const [logCount, bytesMax] = [40, 256 * 1024]
  const place = (index: number) => ({ topic: `orders-${index}`, partition: 0 })

  /** Each log gets 64 KiB, in turns, while upkeep runs as often as the directory asks for it. */
  function fillAll(files: MemoryFiles): LogDirectory {
    const directory = openDirectory(files, startMs, { unnotedBytesMax: bytesMax })
    let isDue = false
    directory.onUpkeepDue = () => void (isDue = true)
    const roomy = { ...config, segmentBytes: 1 << 30, indexIntervalBytes: 1024 }
    for (let index = 0; index < logCount; index++) {
      const topicId = 'AAAAAAAAAAAAAAAAAAAAAQ'
      directory.create({ ...place(index), topicId, config: roomy, nowMs: startMs })
    }
    for (let round = 0; round < 64; round++) {
      for (let index = 0; index < logCount; index++) {
        const log = directory.get(place(index).topic, 0)!
        const producer = { producerId: index, producerEpoch: 0 }
        log.append(batchOf(['x'.repeat(900)], { ...producer, baseSequence: round, transactional: true }), {
          origin: 'client',
          nowMs: startMs,
        })
        if (round % 4 === 3)
          log.appendMarker({ ...producer, coordinatorEpoch: 0, commit: round % 8 === 3, nowMs: startMs })
        if (isDue) isDue = directory.maintain(startMs).busy
      }
    }
    return directory
  }

  it('reads no more after a kill than may be unnoted, and a few files of each log', () => {
    const files = new MemoryFiles()
    const endsOf = (logs: readonly PartitionLog[]) =>
      new Map(logs.map(log => [log.topic, [log.logEndOffset, log.lastStableOffset]]))
    const ends = endsOf(fillAll(files).partitions())
    files.crash('kept')
    const counted = new CountedReads()
    const directory = openDirectory(counted.over(files), startMs)
    const logs = directory.partitions()
    expect(endsOf(logs)).toEqual(ends)
    const scanned = logs.reduce((sum, log) => sum + log.recovery.scannedBytes, 0)
    expect(scanned).toBeLessThanOrEqual(bytesMax + 64 * 1024)
    // And to find the place, what follows the last index entry.
    expect(counted.logBytes).toBeLessThanOrEqual(scanned + logCount * 24 * 1024)
    expect(counted.opened).toBeLessThanOrEqual(13 * logCount)
    for (const log of logs) {
      const { abortedTransactions } = log.read({ offset: 0, maxBytes: 1 << 20, isolation: 'read_committed' })
      expect(abortedTransactions).toHaveLength(8)
      expect(log.maxTimestampOffset()).toBeDefined()
    }
  })

  it('reads all of them after the machine went down, and after the disk failed one', async () => {
    const files = new MemoryFiles()
    fillAll(files)
    restartMachine(files)
    const all = openDirectory(files, startMs)
    const scannedOf = (directory: LogDirectory) =>
      directory.partitions().reduce((sum, log) => sum + log.recovery.scannedBytes, 0)
    const total = all.partitions().reduce((sum, log) => sum + log.sizeInBytes, 0)
    expect(scannedOf(all)).toBe(total)
    for (const log of all.partitions()) log.store.note(log.logEndOffset)
    files.faults = ({ kind }) => (kind === 'sync' ? { errno: 'EIO' } : undefined)
    await expect(all.get(place(0).topic, 0)!.flush()).rejects.toMatchObject({ code: 'MR-4004' })
    files.crash('kept')
    expect(scannedOf(openDirectory(files, startMs))).toBe(total)
  })

  it('under durability power syncs those with bytes past their recovery points, and no empty ones', async () => {
    const files = new MemoryFiles()
    const power = { durability: 'power' } as const
    const directory = openDirectory(files, startMs, power)
    for (let index = 0; index < logCount; index++) {
      const topicId = 'AAAAAAAAAAAAAAAAAAAAAQ'
      directory.create({ ...place(index), topicId, config, nowMs: startMs })
    }
    const write = async (index: number) => {
      const log = directory.get(place(index).topic, 0)!
      log.append(batchOf(['x']), { origin: 'client', nowMs: startMs })
      await log.durable()
    }
    for (let index = 0; index < logCount / 2; index++) await write(index)
    directory.checkpoint()
    await write(3)
    const start = () => {
      files.crash('kept')
      const synced: string[] = []
      files.faults = ({ kind, path }) => {
        if (kind.startsWith('sync') && path.includes('/orders-')) synced.push(path)
        return undefined
      }
      return { directory: openDirectory(files, startMs, power), synced }
    }
    const first = start()
    expect(first.synced).toEqual(['/data/orders-3-0/00000000000000000000.log'])
    first.directory.checkpoint()
    expect(start().synced).toEqual([])
  })
})
