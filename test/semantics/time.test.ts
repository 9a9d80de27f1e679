/** Rows T1 to T8: the time of records, of partitions and of tasks, and which record is next. */
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  createTopics,
  readTopic,
  run,
  silentLogger,
  startEmbeddedBroker,
  TopicWriter,
} from '../../runtime/index.ts'
import { defineApp, string, Topology, topic, tumbling, type TimestampExtractor } from '../../src/index.ts'
import { passThrough } from '../../src/operators/pass-through.ts'
import { testDriver, type TestDriver } from '../../src/testing/index.ts'
import { EngineHarness } from '../src/engine/engine-harness.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const text = { key: string(), value: string() }
const input = topic('in', text)
const other = topic('other', text)
const out = topic('out', text)

/** Copies `in`, and `other` if it is asked for, to `out`; records take their times from the extractor. */
function copying(timestamp?: TimestampExtractor, topics: readonly string[] = ['in']): Topology {
  return new Topology()
    .addSource('source', { topics, ...text, timestamp })
    .addProcessor('copy', { parents: ['source'], supplier: passThrough() })
    .addSink('sink', { parents: ['copy'], topic: 'out', ...text })
}

function drive(topology: Topology, startAt = 0): TestDriver {
  return testDriver({ id: 'time', topology: () => topology }, { startAt })
}

function timesOf(driver: TestDriver): readonly number[] {
  return driver
    .output(out)
    .readAll()
    .map(({ timestamp }) => timestamp)
}

describe('T1: the timestamp of a record', () => {
  it('T1: is its own by default, and refused when it is negative (FailOnInvalidTimestamp)', () => {
    using driver = drive(copying())
    driver.input(input).send('k', 'a', { at: 7 })
    expect(timesOf(driver)).toEqual([7])
    expect(() => driver.input(input).send('k', 'b', { at: -1 })).toThrow(/MR-3002.*'source'.*in-0@1/s)
  })

  it('T1: that an extractor makes negative skips the record, which counts as dropped (LogAndSkip)', () => {
    using driver = drive(copying(({ timestamp }) => timestamp))
    driver.input(input).send('k', 'a', { at: -1 }).send('k', 'b', { at: 3 })
    expect(timesOf(driver)).toEqual([3])
    expect(driver.dropCounts()).toEqual([
      { task: '0_0', node: 'source', reason: 'invalid-timestamp', count: 1 },
    ])
  })

  it('T1: can be the partition time (UsePartitionTimeOnInvalid)', () => {
    using driver = drive(
      copying(({ timestamp }, partitionTime) => (timestamp < 0 ? partitionTime : timestamp)),
    )
    driver.input(input).send('k', 'a', { at: 9 }).send('k', 'b', { at: 4 }).send('k', 'c', { at: -1 })
    expect(timesOf(driver)).toEqual([9, 4, 9])
  })

  it('T1: can be the wall clock of whoever extracts it', () => {
    let driver: TestDriver | undefined
    using driven = (driver = drive(
      copying(() => driver?.now ?? -1),
      1000,
    ))
    driven.input(input).send('k', 'a', { at: 1 })
    driven.advance('2s')
    driven.input(input).send('k', 'b', { at: 1 })
    expect(timesOf(driven)).toEqual([1000, 3000])
  })
})

describe('T2: partition time', () => {
  it('T2: is the greatest extracted so far, of each partition', () => {
    const seen: string[] = []
    const topology = copying(({ timestamp, partition }, partitionTime) => {
      seen.push(`${partition}: ${partitionTime}`)
      return timestamp
    })
    using driver = testDriver({ id: 'time', topology: () => topology }, { partitions: { in: 2 } })
    const send = (partition: number, at: number) => driver.input(input).send('k', 'v', { at, partition })
    for (const at of [5, 3, 8, 6]) send(0, at)
    send(1, 2)
    send(1, 1)
    expect(seen).toEqual(['0: -1', '0: 5', '0: 5', '0: 8', '1: -1', '1: 2'])
  })

  it('T2: survives a restart in the metadata of the committed offset', () => {
    const seen: number[] = []
    const topology = copying(({ timestamp }, partitionTime) => {
      seen.push(partitionTime)
      return timestamp
    })
    using driver = drive(topology)
    driver.input(input).send('k', 'a', { at: 70 }).send('k', 'b', { at: 60 })
    driver.crash()
    driver.restart()
    driver.input(input).send('k', 'c', { at: 50 })
    expect(seen).toEqual([-1, 70, 70])
  })

  it('T2: is committed as Kafka writes it: base64 of a 2 and the time in eight bytes', () => {
    const harness = new EngineHarness(copying())
    harness.add('in', 'k', 'v', 0x0102).run()
    const [position] = harness.engine.positions()
    const bytes = Uint8Array.from(atob(position!.metadata), character => character.charCodeAt(0))
    expect([...bytes]).toEqual([2, 0, 0, 0, 0, 0, 0, 1, 2])
  })
})

const counting = defineApp({
  id: 'counting',
  build: b =>
    void b
      .stream(input)
      .groupByKey()
      .windowedBy(tumbling('10s', { grace: '5s' }))
      .count({ store: 'windows', retention: '1d' }),
})

describe('T3: stream time', () => {
  it('T3: is the greatest timestamp that the task has processed, whatever came after', () => {
    const harness = new EngineHarness(copying())
    expect(harness.engine.streamTime).toBe(-1)
    harness.add('in', 'k', 'a', 5).add('in', 'k', 'b', 9).add('in', 'k', 'c', 2)
    expect(harness.engine.streamTime).toBe(-1)
    harness.run()
    expect(harness.engine.streamTime).toBe(9)
  })

  it('T3: of an operator begins anew after a restart, so that what was late is taken again', () => {
    using driver = testDriver(counting)
    driver.input(input).send('k', 'x', { at: 30_000 }).send('k', 'late', { at: 1 })
    expect(driver.drops().map(({ reason }) => reason)).toEqual(['late'])
    driver.crash()
    driver.restart()
    driver.input(input).send('k', 'again', { at: 1 })
    expect(driver.drops()).toHaveLength(1)
    expect(driver.windowStore('windows').fetch('k', 0)?.value).toBe(1)
  })

  it('T3: is the task’s own: another partition is not late because of it', () => {
    using driver = testDriver(counting, { partitions: { in: 2 } })
    driver.input(input).send('k', 'x', { at: 30_000, partition: 0 }).send('k', 'x', { at: 1, partition: 1 })
    expect(driver.drops()).toEqual([])
  })
})

describe('T4: the next record', () => {
  it('T4: is the head with the smallest timestamp; within a partition offsets rule', () => {
    using driver = drive(copying(undefined, ['in', 'other']))
    driver.crash()
    driver.input(input).send('k', 'i5', { at: 5 }).send('k', 'i1', { at: 1 }).send('k', 'i9', { at: 9 })
    driver.input(other).send('k', 'o3', { at: 3 }).send('k', 'o8', { at: 8 })
    driver.restart()
    const values = driver.output(out).readAll()
    expect(values.map(({ value }) => value)).toEqual(['o3', 'i5', 'i1', 'o8', 'i9'])
  })

  it('T4: is chosen by the extracted time, and only heads are read', () => {
    const read: string[] = []
    const extract: TimestampExtractor = ({ value }) => {
      read.push(value as string)
      return Number((value as string).slice(1))
    }
    const harness = new EngineHarness(copying(extract, ['in', 'other']), { maxTaskIdleMs: -1 })
    harness.add('in', 'k', 'i5').add('in', 'k', 'i1').add('other', 'k', 'o3').add('other', 'k', 'o8')
    expect(harness.engine.process()).toBe(true)
    expect(harness.sent.map(({ value }) => value)).toEqual(['o3'])
    expect(read).toEqual(['i5', 'o3'])
  })
})

describe('T5: a partition that is empty', () => {
  it.each([
    ['T5: -1 never waits for it', -1, undefined, ['i']],
    ['T5: 0 waits while its lag is not known', 0, undefined, []],
    ['T5: 0 waits while it is behind', 0, 3, []],
    ['T5: 0 goes on when it has caught up', 0, 0, ['i']],
  ])('%s', (_title, maxTaskIdleMs, lag, expected) => {
    const harness = new EngineHarness(copying(undefined, ['in', 'other']), { maxTaskIdleMs })
    harness.engine.setLag('other', 0, lag)
    expect(harness.add('in', 'k', 'i').run()).toEqual(expected)
  })

  it('T5: is waited for by the wall clock above 0, though it has caught up', () => {
    const harness = new EngineHarness(copying(undefined, ['in', 'other']), { maxTaskIdleMs: 50 })
    harness.engine.setLag('other', 0, 0)
    harness.add('in', 'k', 'i')
    expect(harness.run()).toEqual([])
    harness.clock.advance(49)
    expect(harness.run()).toEqual([])
    harness.clock.advance(1)
    expect(harness.run()).toEqual(['i'])
  })

  it('T5: does not matter when all are', () => {
    const harness = new EngineHarness(copying(undefined, ['in', 'other']), { maxTaskIdleMs: 0 })
    expect(harness.run()).toEqual([])
    expect(harness.engine.nextTimestamp()).toBeUndefined()
  })
})

describe('T6: what waits to be processed', () => {
  it('T6: is bounded: a partition that has too much is paused and resumed, and nothing is lost or done twice', async () => {
    const directory = await temporaryDirectory()
    await using broker = await startEmbeddedBroker({ directory: join(directory, 'data') })
    const flood = topic('flood', { ...text, partitions: 2 })
    const copied = topic('copied', { ...text, partitions: 1 })
    await createTopics(broker, [flood, copied])
    await using writer = await TopicWriter.open(broker)
    const count = 400
    // A batch for every twenty records, so that one fetch brings more than may wait.
    for (let index = 0; index < count; index++) {
      await writer.send(flood, `k${index}`, 'x'.repeat(200), { timestamp: index, partition: index % 2 })
      if (index % 20 === 0) await writer.flush()
    }
    await writer.flush()
    const app = defineApp({ id: 'bounded', build: b => b.stream(flood).to(copied) })
    await using running = await run(app, {
      broker,
      stateDirectory: join(directory, 'state'),
      bufferedBytesMax: 1,
      commitInterval: 10,
      logger: silentLogger,
    })
    await running.caughtUp()
    const keys: (string | undefined)[] = []
    for await (const { key } of readTopic(broker, copied)) keys.push(key)
    expect(keys).toHaveLength(count)
    expect(new Set(keys).size).toBe(count)
  })
})

describe('T7: a late record', () => {
  it('T7: is dropped when stream time has passed the end of its window and the grace, whatever the wall clock says', () => {
    using driver = testDriver(counting)
    driver.input(input).send('k', 'x', { at: 14_999 })
    driver.advance('1d')
    driver.input(input).send('k', 'in time', { at: 0 })
    expect(driver.windowStore('windows').fetch('k', 0)?.value).toBe(1)
    driver.input(input).send('k', 'x', { at: 15_000 }).send('k', 'late', { at: 9_999 })
    expect(driver.windowStore('windows').fetch('k', 0)?.value).toBe(1)
    expect(driver.drops()).toMatchObject([{ reason: 'late', topic: 'in', offset: 3 }])
  })
})

describe('T8: records out of order on tables', () => {
  const put = (driver: TestDriver) =>
    driver.input(input).send('k', 'new', { at: 10 }).send('k', 'old', { at: 5 })

  it('T8: replace by offset in a table without versions', () => {
    using driver = testDriver(
      defineApp({ id: 'rows', build: b => b.table(input, 'rows').toStream().to(out) }),
    )
    put(driver)
    expect(driver.store('rows').getWithTimestamp('k')).toEqual({ value: 'old', timestamp: 5 })
    expect(driver.output(out).toMap().get('k')).toBe('old')
  })

  it('T8: take their place by time in a versioned table', () => {
    const versions = defineApp({
      id: 'versions',
      build: b => b.table(input, { store: 'versions', versioned: '1h' }).toStream().to(out),
    })
    using driver = testDriver(versions)
    put(driver)
    expect(driver.versionedStore('versions').get('k')).toBe('new')
    expect(driver.versionedStore('versions').get('k', 7)).toBe('old')
  })
})
