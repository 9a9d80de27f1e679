/** A stop in order of many logs: several syncs at a time, and the marker only when all of them have succeeded. */
import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../../src/base/random.ts'
import type { File } from '../../../broker/log/files.ts'
import { logConfigDefaults } from '../../../broker/log/log-config.ts'
import { LogDirectory } from '../../../broker/log/log-directory.ts'
import { MemoryFiles, type MemoryFault } from '../../../broker/log/memory-files.ts'
import { batchOf, startMs } from './log-bench.ts'

const marker = '/data/.kafka_cleanshutdown'
const topicId = 'Sx2hBSDdSQqxKTSbLuQEcg'

/** Counts the syncs that are under way, each of which takes a few turns. */
class SlowFiles extends MemoryFiles {
  underWay = 0
  underWayMax = 0
  onSync: () => void = () => {}

  override open(path: string, mode: 'read' | 'write' | 'create'): File {
    const file = super.open(path, mode)
    const syncAsync = async (): Promise<void> => {
      this.onSync()
      this.underWayMax = Math.max(this.underWayMax, ++this.underWay)
      try {
        for (let turn = 0; turn < 5; turn++) await Promise.resolve()
        file.sync()
      } finally {
        this.underWay--
      }
    }
    return { ...file, syncAsync }
  }
}

type Durability = 'process' | 'power'

function open(files: MemoryFiles, durability: Durability): LogDirectory {
  return LogDirectory.open({
    files,
    root: '/data',
    nowMs: startMs,
    random: seededRandom(1),
    logConfig: () => logConfigDefaults,
    durability,
  })
}

function append(directory: LogDirectory, topic: string): void {
  directory.get(topic, 0)!.append(batchOf(['v']), { origin: 'client', nowMs: startMs })
}

/** A directory with logs that were all written to, twice, before and after a stop. */
async function written<Files extends MemoryFiles>(files: Files, durability: Durability, count: number) {
  files.makeDirectory('/data')
  files.syncDirectory('')
  const first = open(files, durability)
  const topics = Array.from({ length: count }, (_, index) => `t${index}`)
  for (const topic of topics) {
    first.create({ topic, partition: 0, topicId, config: logConfigDefaults, nowMs: startMs })
    append(first, topic)
  }
  await first.close()
  const directory = open(files, durability)
  for (const topic of topics) append(directory, topic)
  for (const log of directory.partitions()) await log.durable()
  return { files, directory, topics }
}

describe.each(['process', 'power'] as const)('a stop under %s', durability => {
  it('has several files synced at a time, and so many at most', async () => {
    const { files, directory } = await written(new SlowFiles(), durability, 60)
    files.underWayMax = 0
    await directory.close()
    expect(files.underWay).toBe(0)
    expect(files.underWayMax).toBeGreaterThan(16)
    expect(files.underWayMax).toBeLessThanOrEqual(16 * 5)
    expect(files.stat(marker)).toBeDefined()
    expect(open(files, durability).get('t59', 0)!.recovery).toMatchObject({
      cleanStop: true,
      scannedBytes: 0,
    })
  })

  it('covers what is appended while it goes on', async () => {
    const { files, directory } = await written(new SlowFiles(), durability, 3)
    let isLate = false
    files.onSync = () => {
      if (!isLate) append(directory, 't0')
      isLate = true
    }
    await directory.close()
    files.crash('dropped')
    const log = open(files, durability).get('t0', 0)!
    expect([isLate, log.logEndOffset, log.recovery.cleanStop]).toEqual([true, 3, true])
  })

  /** Stops with a fault at one operation; whether there were so many. */
  async function stop(failing: number, fault: MemoryFault) {
    const { files, directory, topics } = await written(new SlowFiles(), durability, 2)
    let [count, markedAt] = [0, 0]
    files.faults = ({ path, kind }) => {
      count++
      if (path === marker && kind === 'create') markedAt = count
      return count === failing ? fault : undefined
    }
    let error: unknown
    await directory.close().catch((thrown: unknown) => {
      error = thrown
    })
    return { files, topics, error, isReached: count >= failing, isMarked: markedAt > 0 && markedAt < failing }
  }

  it('that fails anywhere says so, leaves nothing under way and no marker, and the next start has every record', async () => {
    for (let failing = 1; ; failing++) {
      const { files, topics, error, isReached, isMarked } = await stop(failing, { errno: 'EIO' })
      if (!isReached) break
      const place = `operation ${failing}`
      files.faults = undefined
      expect(files.underWay, place).toBe(0)
      if (!isMarked && error !== undefined) expect(files.stat(marker), place).toBeUndefined()
      const again = open(files, durability)
      for (const topic of topics) expect(again.get(topic, 0)!.logEndOffset, place).toBe(2)
      await again.close()
    }
  })

  it.each(['kept', 'dropped', 'torn'] as const)('that is killed anywhere loses nothing (%s)', async mode => {
    for (let failing = 1; ; failing++) {
      const { files, topics, isReached } = await stop(failing, { crash: true, writtenBytes: failing % 40 })
      files.crash(mode, seededRandom(failing))
      const again = open(files, durability)
      // Under 'process' a loss of power may take what was not synced.
      const least = durability === 'power' || mode === 'kept' || !isReached ? 2 : 1
      for (const topic of topics) {
        const { logEndOffset, recovery } = again.get(topic, 0)!
        expect(logEndOffset, `operation ${failing}`).toBeGreaterThanOrEqual(least)
        expect(recovery.corruptRanges, `operation ${failing}`).toEqual([])
      }
      await again.close()
      if (!isReached) break
    }
  })
})
