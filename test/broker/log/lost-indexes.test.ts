/**
 * Index files of sealed segments when the power goes: what the recovery point has moved past is not read again, so that
 * they have to be on the disk by then. An index that lacks entries shows in searches by time: they miss what is there.
 */
import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../../src/base/random.ts'
import { logConfigDefaults } from '../../../broker/log/log-config.ts'
import { LogDirectory } from '../../../broker/log/log-directory.ts'
import { MemoryFiles } from '../../../broker/log/memory-files.ts'
import { segmentFileName } from '../../../broker/log/segment-names.ts'
import { batchOf, openLog, startMs } from './log-bench.ts'

const config = { ...logConfigDefaults, segmentBytes: 700, indexIntervalBytes: 100 }
const count = 40

function open(files: MemoryFiles, durability: 'process' | 'power'): LogDirectory {
  const logConfig = () => config
  return LogDirectory.open({
    files,
    root: '/data',
    nowMs: startMs,
    random: seededRandom(1),
    logConfig,
    durability,
  })
}

/** Where the first record of each time is found; at its own offset, if all is well. */
function timesOf(directory: LogDirectory, end: number): (number | undefined)[] {
  const log = directory.get('orders', 0)!
  return Array.from({ length: end }, (_, index) => log.offsetForTimestamp(startMs + index)?.offset)
}

describe.each(['process', 'power'] as const)('under durability %s', durability => {
  it('a search by time finds all that was on the disk, after a loss of power that follows others, kills and stops', async () => {
    for (const ends of [
      [],
      ['kept'],
      ['kept', 'kept'],
      ['dropped', 'stop'],
      ['dropped', 'kept', 'stop'],
    ] as const) {
      const files = new MemoryFiles()
      let directory = open(files, durability)
      const topicId = 'AAAAAAAAAAAAAAAAAAAAAQ'
      directory.create({ topic: 'orders', partition: 0, topicId, config, nowMs: startMs })
      files.syncDirectory('')
      files.syncDirectory('/data')
      for (let index = 0; index < count; index++) {
        const batch = batchOf([`v${index}`], { timestamp: startMs + index })
        const log = directory.get('orders', 0)!
        log.append(batch, { origin: 'client', nowMs: startMs })
        if (index % 5 === 4) log.store.note(log.logEndOffset)
        if (index % 10 === 9) await log.flush()
      }
      for (const end of ends) {
        if (end === 'stop') await directory.close()
        files.crash(end === 'stop' ? 'kept' : end)
        directory = open(files, durability)
      }
      await directory.get('orders', 0)!.flush()
      directory.checkpoint()
      // The checkpoint is on the disk, as it is sooner or later.
      files.open('/data/recovery-point-offset-checkpoint', 'write').sync()
      files.syncDirectory('/data')
      files.crash('dropped')
      directory = open(files, durability)
      expect(directory.get('orders', 0)!.logEndOffset).toBe(count)
      const expected = Array.from({ length: count }, (_, index) => index)
      expect(timesOf(directory, count), ends.join()).toEqual(expected)
    }
  })
})

it('emptied index files are built anew', () => {
  const bench = openLog({ config: { segmentBytes: 700, indexIntervalBytes: 100 } })
  for (let index = 0; index < count; index++) {
    bench.log.append(batchOf([`v${index}`], { timestamp: startMs + index }), {
      origin: 'client',
      nowMs: startMs,
    })
  }
  const [first] = bench.log.store.segments.all
  const recoveryPoint = bench.log.logEndOffset
  bench.files.crash('kept')
  for (const kind of ['index', 'timeindex'] as const) {
    bench.files.open(`/data/orders-0/${segmentFileName(first!.baseOffset, kind)}`, 'write').truncate(0)
  }
  const log = bench.reopen({ recoveryPoint })
  expect(log.offsetForTimestamp(startMs + 2)?.offset).toBe(2)
})

it('the greatest time is that of a record that is still there, though its segment begins with deleted ones', () => {
  const bench = openLog()
  for (const timestamps of [
    [50, 10],
    [30, 20],
  ]) {
    for (const timestamp of timestamps)
      bench.log.append(batchOf(['v'], { timestamp: startMs + timestamp }), {
        origin: 'client',
        nowMs: startMs,
      })
  }
  expect(bench.log.maxTimestampOffset()?.offset).toBe(0)
  bench.log.deleteRecordsBefore(1)
  expect(bench.log.maxTimestampOffset()).toMatchObject({ offset: 2, timestamp: startMs + 30 })
})

it('what DeleteRecords and retention took does not come back when the power takes the removal of its files', async () => {
  const files = new MemoryFiles()
  const directory = open(files, 'power')
  const topicId = 'AAAAAAAAAAAAAAAAAAAAAQ'
  const log = directory.create({ topic: 'orders', partition: 0, topicId, config, nowMs: startMs })
  for (let index = 0; index < count; index++) {
    log.append(batchOf([`v${index}`]), { origin: 'client', nowMs: startMs })
  }
  await log.flush()
  log.deleteRecordsBefore(log.store.segments.all[2]!.baseOffset - 1)
  directory.startsMoved()
  log.deleteRecordsBefore(log.store.segments.all[2]!.baseOffset)
  log.maintain(startMs)
  directory.checkpoint()
  const { logStartOffset } = log
  files.crash('dropped')
  expect(open(files, 'power').get('orders', 0)!.logStartOffset).toBe(logStartOffset)
})
