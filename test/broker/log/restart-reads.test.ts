/**
 * How many bytes a start reads, counted at the file system: after a kill, what lies past the recovery point and nothing
 * else, so that a restart takes as long as its newest segment is large, not its log (reliability.md section 5 item 12).
 */
import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../../src/base/random.ts'
import type { File, FileSystem } from '../../../broker/log/files.ts'
import { LogDirectory, type OpenDirectoryOptions } from '../../../broker/log/log-directory.ts'
import { logConfigDefaults } from '../../../broker/log/log-config.ts'
import { MemoryFiles } from '../../../broker/log/memory-files.ts'
import { batchOf, startMs } from './log-bench.ts'

const segmentBytes = 64 * 1024
const config = { ...logConfigDefaults, segmentBytes, indexIntervalBytes: 4096 }

/** Counts the bytes read from log files, and from all others. */
class CountedReads {
  logBytes = 0
  otherBytes = 0

  over(files: FileSystem): FileSystem {
    const counted = (file: File): File =>
      new Proxy(file, {
        get: (target, name) => {
          if (name === 'read') {
            return (...parts: Parameters<File['read']>) => {
              const read = target.read(...parts)
              if (file.path.endsWith('.log')) this.logBytes += read
              else this.otherBytes += read
              return read
            }
          }
          const value: unknown = Reflect.get(target, name, target)
          return typeof value === 'function' ? value.bind(target) : value
        },
      })
    return new Proxy(files, {
      get: (target, name) => {
        if (name === 'open')
          return (...parts: Parameters<FileSystem['open']>) => counted(target.open(...parts))
        const value: unknown = Reflect.get(target, name, target)
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
  }
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
  it('after a kill, the segment past the recovery point', async () => {
    const files = new MemoryFiles()
    const before = openDirectory(files, startMs)
    const end = await fill(before)
    before.maintain(startMs + 60_000)
    files.crash('kept')
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

  it('after a kill before the first checkpoint, all of it once', async () => {
    const files = new MemoryFiles()
    const end = await fill(openDirectory(files, startMs))
    files.crash('kept')
    const counted = new CountedReads()
    const directory = openDirectory(counted.over(files), startMs)
    const log = directory.get('orders', 0)!
    expect(log.logEndOffset).toBe(end)
    expect(counted.logBytes).toBeLessThanOrEqual(log.sizeInBytes + 61 * 100)
  })

  it('after one kill upon the other, less each time: what recovery puts on the disk it need not read again', async () => {
    const files = new MemoryFiles()
    const checkpointBytes = 16 * segmentBytes
    const end = await fill(openDirectory(files, startMs, { checkpointBytes: Infinity }))
    const scanned: number[] = []
    for (let kill = 0; kill < 3; kill++) {
      files.crash('kept')
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

  it('after a kill between two checkpoints, no more than the bytes that call for one', async () => {
    const files = new MemoryFiles()
    const checkpointBytes = 16 * segmentBytes
    const end = await fill(openDirectory(files, startMs, { checkpointBytes }))
    files.crash('kept')
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
