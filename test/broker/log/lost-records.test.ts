/**
 * Records that were on the disk and are gone are told of, by the start that finds them gone and by all later ones, and their
 * offsets are not given out again (reliability.md section 5 item 6): whatever the recovery point says was there.
 */
import { rename, symlink } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import type { StreamsError } from '../../../src/base/errors.ts'
import { DeleteRecords } from '../../../src/protocol/messages/21-delete-records.ts'
import { DeleteTopics } from '../../../src/protocol/messages/20-delete-topics.ts'
import { startBroker } from '../../../broker/broker.ts'
import { segmentFileName } from '../../../broker/log/segment-names.ts'
import type { CrashMode } from '../../../broker/log/memory-files.ts'
import {
  batch,
  createTopic,
  fetchedOf,
  fetchFrom,
  produce,
  producedTo,
  startFixture,
  valuesOf,
  type Fixture,
} from '../broker-fixture.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'
import { batchOf, openLog, type Bench } from './log-bench.ts'

const path = `/data/orders-0/${segmentFileName(0, 'log')}`
const batchBytes = batchOf(['v0']).length
const count = 6

/** A log of six batches that was killed. */
function killedLog(): Bench {
  const bench = openLog({ tail: false })
  for (let index = 0; index < count; index++) append(bench, `v${index}`)
  bench.files.crash('kept')
  return bench
}

function append({ log, nowMs }: Bench, value: string): number {
  return log.append(batchOf([value]), { origin: 'client', nowMs }).baseOffset
}

describe('after a kill, a log that is shorter than its recovery point', () => {
  it.each([1, batchBytes - 1, batchBytes, batchBytes + 10, 4 * batchBytes, count * batchBytes])(
    'is told of, and goes on after it (%i bytes short)',
    missing => {
      const bench = killedLog()
      const file = bench.files.open(path, 'write')
      file.truncate(file.sizeInBytes() - missing)
      bench.reopen({ writesKept: true, recoveryPoint: count - 1 })
      const left = count - Math.ceil(missing / batchBytes)
      const lost = { fromOffset: left, toOffset: count - 2 }
      const { corruptRanges } = bench.log.recovery
      if (left >= count - 1) {
        // The last record was not known to be on the disk: a torn tail.
        expect(corruptRanges).toEqual([])
        expect(append(bench, 'next')).toBe(left)
        return
      }
      expect(corruptRanges).toMatchObject([lost])
      expect(append(bench, 'next')).toBe(count - 1)
      // Half a batch is found by whoever reads it. What is gone is told of by every start, until the log has left it behind.
      const told = missing % batchBytes === 0 ? [lost] : []
      bench.files.crash('kept')
      bench.reopen({ writesKept: true, recoveryPoint: count - 1 })
      expect(bench.log.recovery.corruptRanges).toMatchObject(told)
      bench.log.close({ clean: true })
      bench.reopen({ cleanStop: true, recoveryPoint: count })
      expect(bench.log.logEndOffset).toBe(count)
      expect(bench.log.recovery.corruptRanges).toMatchObject(told)
      bench.log.close({ clean: true })
      bench.reopen({ cleanStop: true, recoveryPoint: count, logStartOffset: count - 1 })
      expect(bench.log.recovery.corruptRanges).toEqual([])
    },
  )

  it('is whole again once the file is', () => {
    const bench = killedLog()
    const whole = bench.files.contents(path).slice()
    bench.files.open(path, 'write').truncate(2 * batchBytes)
    bench.reopen({ recoveryPoint: count })
    expect(append(bench, 'next')).toBe(count)
    bench.log.close({ clean: true })
    bench.files.open(path, 'write').write(whole, 0)
    bench.reopen({ cleanStop: true, recoveryPoint: count + 1 })
    expect(bench.log.recovery.corruptRanges).toEqual([])
    expect(bench.log.logEndOffset).toBe(count + 1)
  })

  it('keeps a damaged tail that was on the disk', () => {
    const bench = killedLog()
    bench.files.open(path, 'write').write(Uint8Array.of(0x7f), (count - 1) * batchBytes + 65)
    bench.reopen({ recoveryPoint: count })
    expect(bench.log.recovery).toMatchObject({
      truncatedBytes: 0,
      corruptRanges: [{ fromOffset: count - 1 }],
    })
    expect(bench.files.stat(path)!.sizeInBytes).toBe(count * batchBytes)
    expect(append(bench, 'next')).toBe(count)
  })
})

describe('after a kill in the same run of the machine', () => {
  // A process that dies leaves the beginning of what it was writing, so a batch that is there from end to end was written.
  it('a batch at the end whose bytes have changed is damaged, and not one that was never finished', () => {
    for (const at of [21, 30, 65, batchBytes - 1]) {
      const bench = killedLog()
      bench.files.open(path, 'write').write(Uint8Array.of(0x55), (count - 1) * batchBytes + at)
      bench.reopen({ writesKept: true })
      const range = { fromOffset: count - 1, toOffset: count - 1 }
      expect(bench.log.recovery, `byte ${at}`).toMatchObject({ truncatedBytes: 0, corruptRanges: [range] })
      expect(append(bench, 'next')).toBe(count)
      bench.files.crash('kept')
      bench.reopen({ writesKept: true })
      expect(bench.log.logEndOffset).toBe(count + 1)
    }
  })

  it('a damaged batch of zeros is no write that the disk lost: what follows it stays', () => {
    const bench = openLog({ tail: false })
    append(bench, '\0'.repeat(2048))
    for (const value of ['a', 'b']) append(bench, value)
    bench.files.crash('kept')
    bench.files.open(path, 'write').write(Uint8Array.of(0x55), 30)
    bench.reopen({ writesKept: true })
    expect(bench.log.recovery).toMatchObject({
      truncatedBytes: 0,
      corruptRanges: [{ fromOffset: 0, toOffset: 0 }],
    })
    expect(bench.log.logEndOffset).toBe(3)
  })

  it('one that is not all there is cut off, as is any of another run', () => {
    for (const [writesKept, bytes] of [
      [true, batchBytes - 1],
      [true, 40],
      [false, batchBytes],
    ] as const) {
      const bench = killedLog()
      const file = bench.files.open(path, 'write')
      if (!writesKept) file.write(Uint8Array.of(0x55), (count - 1) * batchBytes + 65)
      file.truncate((count - 1) * batchBytes + bytes)
      bench.reopen({ writesKept })
      expect(bench.log.recovery).toMatchObject({ truncatedBytes: bytes, corruptRanges: [] })
      expect(append(bench, 'next')).toBe(count - 1)
    }
  })
})

it('a marker with a flipped bit still ends its transaction: what was aborted is not committed with the next', () => {
  const producer = { producerId: 7, producerEpoch: 0 }
  const filled = () => {
    const bench = openLog({ tail: false })
    for (const [index, commit] of [false, true].entries()) {
      const batch = batchOf([`v${index}`], { ...producer, baseSequence: index, transactional: true })
      bench.log.append(batch, { origin: 'client', nowMs: bench.nowMs })
      bench.log.appendMarker({ ...producer, coordinatorEpoch: 0, commit, nowMs: bench.nowMs })
    }
    bench.files.crash('kept')
    return bench
  }
  const first = batchOf(['v0'], { ...producer, baseSequence: 0, transactional: true }).length
  for (let bit = 0; bit < 78 * 8; bit++) {
    const bench = filled()
    const at = first + (bit >> 3)
    const was = bench.files.contents(path)[at]!
    bench.files.open(path, 'write').write(Uint8Array.of(was ^ (1 << (bit & 7))), at)
    bench.reopen({ writesKept: true })
    const { abortedTransactions } = bench.log.read({ offset: 0, maxBytes: 1, isolation: 'read_committed' })
    expect(abortedTransactions, `bit ${bit}`).toMatchObject([
      { producerId: 7, firstOffset: 0, lastOffset: 1 },
    ])
    expect(bench.log.lastStableOffset, `bit ${bit}`).toBe(4)
  }
})

const codesOf = ({ faults }: Fixture) => faults.map(fault => (fault as StreamsError).code)

async function write({ connection }: Fixture, values: readonly string[]): Promise<number> {
  let last = -1
  for (const value of values) {
    last = producedTo(await produce(connection, 'orders', batch([[null, value]]))).baseOffset
  }
  return last
}

async function readFrom({ connection }: Fixture, offset: number): Promise<readonly (string | null)[]> {
  return valuesOf(fetchedOf(await fetchFrom(connection, 'orders', offset)).records)
}

describe.each([
  ['process', 'kept'],
  ['power', 'dropped'],
] as const)('a topic made anew under the name of a deleted one (%s, %s)', (durability, mode: CrashMode) => {
  it('has nothing of the other after a kill: neither its end nor its start', async () => {
    const config = { durability, 'log.flush.offset.checkpoint.interval.ms': 1000 }
    const first = await startFixture({ config })
    const { connection, clock } = first
    await createTopic(connection, 'orders', { configs: { 'flush.messages': '1' } })
    await write(first, ['a', 'b', 'c', 'd', 'e'])
    const topics = [{ name: 'orders', partitions: [{ partitionIndex: 0, offset: 4 }] }]
    await connection.send(DeleteRecords, 2, { topics, timeoutMs: 1000 })
    await clock.advance(2000)
    const text = () => String.fromCharCode(...first.files.contents('/data/recovery-point-offset-checkpoint'))
    expect(text()).toContain('orders 0 5')
    const request = { topics: [], topicNames: ['orders'], timeoutMs: 1000 }
    await connection.send(DeleteTopics, 3, request)
    await createTopic(connection, 'orders', { configs: { 'flush.messages': '1' } })
    expect(await write(first, ['f', 'g'])).toBe(1)
    first.files.crash(mode)
    const second = await startFixture({ files: first.files, config })
    expect(codesOf(second)).toEqual([])
    expect(await readFrom(second, 0)).toEqual(['f', 'g'])
    expect(await write(second, ['h'])).toBe(2)
  })
})

it('a partition whose directory is gone is told of and begun anew', async () => {
  for (const stop of ['clean', 'kill'] as const) {
    const first = await startFixture()
    await createTopic(first.connection, 'orders', { partitions: 2 })
    await write(first, ['a', 'b'])
    if (stop === 'clean') await first.broker.close()
    else first.files.crash('kept')
    for (const name of first.files.list('/data/orders-0')) first.files.remove(`/data/orders-0/${name}`)
    first.files.removeDirectory('/data/orders-0')
    const second = await startFixture({ files: first.files })
    expect(second.faults).toMatchObject([{ code: 'MR-4002', where: '/data/orders-0' }])
    expect(await write(second, ['c'])).toBe(0)
    second.files.crash('kept')
    const third = await startFixture({ files: first.files })
    expect(codesOf(third)).toEqual([])
    expect(await readFrom(third, 0)).toEqual(['c'])
  }
})

it('a partition that was moved to another disk, with a link in its place, is where it was', async () => {
  const root = await temporaryDirectory()
  const start = async () => {
    const faults: unknown[] = []
    const broker = await startBroker({ directory: `${root}/data`, onFault: fault => faults.push(fault) })
    return { broker, connection: broker.connect(), faults }
  }
  const first = await start()
  await createTopic(first.connection, 'orders')
  await produce(first.connection, 'orders', batch([[null, 'a']]))
  await first.broker.close()
  await rename(`${root}/data/orders-0`, `${root}/elsewhere`)
  await symlink(`${root}/elsewhere`, `${root}/data/orders-0`)
  const second = await start()
  expect(second.faults).toEqual([])
  expect(valuesOf(fetchedOf(await fetchFrom(second.connection, 'orders', 0)).records)).toEqual(['a'])
  await second.broker.close()
})
