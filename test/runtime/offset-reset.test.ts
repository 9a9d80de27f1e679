/** Where reading begins without a committed offset (D60, KIP-1106), and how records are spread by partitioners (D73). */
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
import { defineApp, string, topic, type OffsetReset, type StreamPartitioner } from '../../src/index.ts'
import { testDriver } from '../../src/testing/index.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const input = topic('input', { key: string(), value: string() })
const output = topic('output', { key: string(), value: string(), partitions: 3 })

/** What an application that starts for the first time makes of records that are two hours, half an hour and no time old. */
async function readBy(offsetReset: OffsetReset): Promise<string[]> {
  const directory = await temporaryDirectory()
  await using broker = await startEmbeddedBroker({ directory: join(directory, 'broker') })
  await createTopics(broker, [input, output])
  await using writer = await TopicWriter.open(broker)
  const now = Date.now()
  for (const [value, minutes] of [
    ['old', 120],
    ['recent', 30],
  ] as const)
    await writer.send(input, 'k', value, { timestamp: now - minutes * 60_000 })
  await writer.flush()
  const app = defineApp({ id: 'app', build: b => b.stream(input, { offsetReset }).to(output) })
  await using running = await run(app, {
    broker,
    stateDirectory: join(directory, 'state'),
    commitInterval: 10,
    logger: silentLogger,
  })
  await running.caughtUp()
  await writer.send(input, 'k', 'new')
  await writer.flush()
  const read = async (): Promise<string[]> => {
    const values: string[] = []
    for await (const { value } of readTopic(broker, output)) values.push(value!)
    return values
  }
  await expect.poll(read, { timeout: 5000 }).toContain('new')
  return read()
}

describe('D60: offsetReset', () => {
  it.each([
    ['earliest', ['old', 'recent', 'new']],
    ['latest', ['new']],
    [{ byDuration: '1h' }, ['recent', 'new']],
    [{ byDuration: '5m' }, ['new']],
    [{ byDuration: '1d' }, ['old', 'recent', 'new']],
  ] as const)('%j begins where it says', async (reset, expected) => {
    expect(await readBy(reset)).toEqual(expected)
  })

  it('refuses what is no reset', () => {
    const building = (offsetReset: unknown) => () =>
      defineApp({
        id: 'app',
        build: b => b.stream(input, { offsetReset: offsetReset as OffsetReset }).to(output),
      }).topology()
    expect(building('soon')).toThrow('MR-1010')
    expect(building({ byDuration: '5x' })).toThrow('byDuration')
  })
})

describe('D73: partitioners', () => {
  /** Where each record of these keys goes. */
  function partitionsBy(partitioner: StreamPartitioner): Record<string, number[]> {
    const app = defineApp({ id: 'app', build: b => b.stream(input).to(output, { partitioner }) })
    using driver = testDriver(app)
    for (const key of ['a', 'all', 'none']) driver.input(input).send(key, 'v')
    const found: Record<string, number[]> = {}
    for (const { key, partition } of driver.output(output).readAll()) (found[key] ??= []).push(partition)
    return found
  }

  it('choose one partition, several, none, or leave it to the default', () => {
    const byDefault = partitionsBy(() => undefined)
    expect(Object.keys(byDefault)).toEqual(['a', 'all', 'none'])
    expect(
      partitionsBy((_topic, key, _value, count) => {
        if (key === 'all') return Array.from({ length: count }, (_each, index) => index)
        return key === 'none' ? [] : undefined
      }),
    ).toEqual({ a: byDefault['a'], all: [0, 1, 2] })
  })

  it('count what they drop, and may not choose what is not there', () => {
    const dropping = defineApp({
      id: 'app',
      build: b => b.stream(input).to(output, { partitioner: () => [] }),
    })
    using driver = testDriver(dropping)
    driver.input(input).send('a', 'v')
    expect(driver.drops().map(({ reason }) => reason)).toEqual(['no-partition'])
    expect(() => partitionsBy(() => [3])).toThrow(/partition/)
  })

  it('choose for repartition topics too', () => {
    const seen = new Map<string, number>()
    const partitioner: StreamPartitioner = (_topic, key) => (key === 'none' ? [] : [key === 'a' ? 1 : 2])
    const app = defineApp({
      id: 'app',
      build: b =>
        b
          .stream(input)
          .repartition({ name: 'again', partitions: 4, partitioner })
          .foreach((_value, key, { partition }) => void seen.set(key, partition)),
    })
    using driver = testDriver(app)
    for (const key of ['a', 'all', 'none']) driver.input(input).send(key, 'v')
    expect(Object.fromEntries(seen)).toEqual({ a: 1, all: 2 })
  })
})
