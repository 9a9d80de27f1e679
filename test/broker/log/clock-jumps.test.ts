/** A wall clock that jumps: what the log makes of it (reliability.md section 5 item 14, semantics G27). */
import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../../src/base/random.ts'
import { offsetsOfCheckpoint, readCheckpoint } from '../../../broker/log/checkpoint-files.ts'
import { logConfigDefaults } from '../../../broker/log/log-config.ts'
import { LogDirectory } from '../../../broker/log/log-directory.ts'
import { MemoryFiles } from '../../../broker/log/memory-files.ts'
import { batchOf, openLog, recordsOf, startMs, type Bench } from './log-bench.ts'

const hour = 3_600_000
const day = 24 * hour

function append(bench: Bench, value: string): void {
  bench.log.append(batchOf([value], { timestamp: 1 }), { origin: 'client', nowMs: bench.nowMs })
}

describe('LogAppendTime under a clock that goes back five seconds again and again', () => {
  const bench = openLog({
    tail: false,
    config: { timestampType: 'LogAppendTime', indexIntervalBytes: 0, segmentBytes: 1000 },
  })
  const times: number[] = []
  for (let index = 0; index < 60; index++) {
    bench.nowMs += index % 7 === 6 ? -5000 : 1500
    times.push(bench.nowMs)
    append(bench, String(index))
  }

  it('gives each record the time of its append', () => {
    const seen: number[] = []
    for (let offset = 0; offset < times.length;) {
      const records = recordsOf(bench.log.read({ offset, maxBytes: 300 }).records)
      seen.push(...records.map(({ timestamp }) => timestamp))
      offset = records.at(-1)!.offset + 1
    }
    expect(seen).toEqual(times)
  })

  it.each(['as it was written', 'after a kill', 'after a stop in order'])(
    'finds by time the first record that is not before it, %s',
    when => {
      if (when === 'after a kill') {
        bench.files.crash('kept')
        bench.reopen()
      } else if (when === 'after a stop in order') {
        bench.log.close({ clean: true })
        bench.reopen({ cleanStop: true })
      }
      for (const time of [...times, startMs, ...times.map(each => each - 1), Math.max(...times) + 1]) {
        const expected = times.findIndex(each => each >= time)
        expect(bench.log.offsetForTimestamp(time)?.offset ?? -1, `${time}`).toBe(expected)
      }
      expect(bench.log.maxTimestampOffset()).toMatchObject({ timestamp: Math.max(...times) })
    },
  )
})

describe.each([
  ['an hour', hour],
  ['a day', day],
])('a jump of %s', (_what, jump) => {
  it.each([
    ['forth', jump],
    ['back', -jump],
  ])('%s rolls at most one segment and retires none', (_direction, by) => {
    const bench = openLog({ config: { timestampType: 'LogAppendTime' } })
    for (const value of ['a', 'b']) append(bench, value)
    bench.nowMs += by
    for (const value of ['c', 'd']) append(bench, value)
    bench.log.maintain(bench.nowMs)
    bench.nowMs -= by
    for (const value of ['e', 'f']) append(bench, value)
    bench.log.maintain(bench.nowMs)
    expect(bench.log.logStartOffset).toBe(0)
    expect(bench.log.store.segments.all.length).toBeLessThanOrEqual(2)
  })

  it.each([
    ['forth', jump],
    ['back', -jump],
  ])('%s forgets no producer, and upkeep goes on as before', (_direction, by) => {
    const config = { ...logConfigDefaults, segmentBytes: 1000, timestampType: 'LogAppendTime' } as const
    const files = new MemoryFiles()
    const root = '/data'
    let nowMs = startMs
    const directory = LogDirectory.open({
      files,
      root,
      nowMs,
      random: seededRandom(1),
      logConfig: () => config,
      producerIdExpirationMs: hour,
    })
    const topicId = 'AAAAAAAAAAAAAAAAAAAAAQ'
    const log = directory.create({ topic: 'orders', partition: 0, topicId, config, nowMs })
    const send = (baseSequence: number) =>
      log.append(batchOf(['a'], { producerId: 7, producerEpoch: 0, baseSequence }), {
        origin: 'client',
        nowMs,
      }).baseOffset
    const upkeep = (passedMs: number): void => {
      for (let passed = 0; passed < passedMs; passed += 15_000) {
        nowMs += 15_000
        expect(directory.maintain(nowMs).faults).toEqual([])
      }
    }
    expect(send(0)).toBe(0)
    upkeep(60_000)
    nowMs += by
    upkeep(600_000)
    // What is sent again is known, and what follows is in sequence.
    expect(send(0)).toBe(0)
    expect(send(1)).toBe(1)
    upkeep(120_000)
    expect(offsetsOfCheckpoint(readCheckpoint(files, `${root}/replication-offset-checkpoint`))).toEqual(
      new Map([['orders-0', 2]]),
    )
    // Whoever is idle is forgotten all the same, in its time.
    upkeep(hour + 300_000)
    expect(log.activeProducers()).toEqual([])
  })
})
