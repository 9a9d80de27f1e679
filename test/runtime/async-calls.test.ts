/** `mapValuesAsync` in running applications: exactly once through crashes, and nothing else stopped by a slow call. */
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
import type { EmbeddedBroker, RunOptions } from '../../runtime/index.ts'
import { deferred } from '../../src/base/deferred.ts'
import { seededRandom } from '../../src/base/random.ts'
import { defineApp, integer, string, topic, type App, type AsyncOptions } from '../../src/index.ts'
import { kafkaErrors } from '../../src/protocol/errors.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { slowed } from './slow-network.ts'

const numbers = topic('numbers', { key: string(), value: integer(), partitions: 2 })
const doubled = topic('doubled', { key: string(), value: integer(), partitions: 2 })
const sums = topic('sums', { key: string(), value: integer() })

interface Place {
  readonly broker: EmbeddedBroker
  readonly options: (instance: string) => RunOptions
}

async function place(guarantee: 'exactly-once' | 'at-least-once' = 'exactly-once'): Promise<Place> {
  const directory = await temporaryDirectory()
  const broker = await startEmbeddedBroker({ directory: join(directory, 'broker') })
  await createTopics(broker, [numbers, doubled, sums])
  return {
    broker,
    options: instance => ({
      broker,
      guarantee,
      stateDirectory: join(directory, instance),
      commitInterval: 10,
      heartbeatInterval: 50,
      logger: silentLogger,
    }),
  }
}

/** Writes 1 to `count` under each key, in turn. */
async function send(
  broker: EmbeddedBroker,
  keys: readonly string[],
  from: number,
  to: number,
): Promise<void> {
  await using writer = await TopicWriter.open(broker)
  for (let value = from; value <= to; value++)
    for (const key of keys) await writer.send(numbers, key, value, { timestamp: value })
  await writer.flush()
}

async function valuesByKey(broker: EmbeddedBroker, from: typeof sums): Promise<Map<string, number[]>> {
  const found = new Map<string, number[]>()
  for await (const { key, value } of readTopic(broker, from))
    found.set(key!, [...(found.get(key!) ?? []), value!])
  return found
}

type Call = (value: number, key: string, signal: AbortSignal) => Promise<number>

/** Two asynchronous nodes in series, a repartition, and a sum for each of two groups. */
function summing(call: Call, options: AsyncOptions<number>): App {
  return defineApp({
    id: 'summing',
    build(b) {
      const results = b
        .stream(numbers)
        .mapValuesAsync((value, key, { signal }) => call(value, key, signal), {
          ...options,
          value: integer(),
        })
        .mapValuesAsync((value, key, { signal }) => call(value, key, signal), {
          ...options,
          value: integer(),
        })
      results.to(doubled)
      results
        .groupBy((_, key) => (key < 'c' ? 'low' : 'high'))
        .reduce((sum, value) => sum + value, { store: 'sums', value: integer() })
        .toStream()
        .to(sums)
    },
  })
}

const seed = Math.floor(Math.random() * 2 ** 32)
console.log(`seed of the delays: ${seed}`)

function delay(ms: number): Promise<void> {
  return new Promise(resolve => void setTimeout(resolve, ms))
}

const keys = ['a', 'b', 'c', 'd']

describe.each(['partition', 'key', 'none'] as const)('results in the order of %s', ordering => {
  it('are there once each, through crashes in the middle and the stores that follow', async () => {
    const { broker, options } = await place()
    await using _ = broker
    const random = seededRandom(seed)
    let calls = 0
    let underWay = 0
    let underWayMax = 0
    let dead = false
    const call: Call = async value => {
      calls++
      underWayMax = Math.max(underWayMax, ++underWay)
      await delay(random.next() * 3)
      underWay--
      if (calls % 7 === 0) throw new Error('the service stumbles')
      if (calls > 150) dead = true
      return value * 2
    }
    const app = summing(call, { ordering, concurrency: 4, retry: { attempts: 9, backoff: 1 } })
    await send(broker, keys, 1, 20)
    {
      const dying = summing(
        (value, key, signal) => (dead ? Promise.reject(new Error('dead')) : call(value, key, signal)),
        { ordering, concurrency: 4, retry: { attempts: 9, backoff: 1, when: () => !dead } },
      )
      const running = await run(dying, options('one'))
      await expect(running.closed).rejects.toMatchObject({ code: 'MR-3201' })
    }
    await using running = await run(app, options('one'))
    await running.caughtUp()
    await send(broker, keys, 21, 30)
    await running.caughtUp()
    const results = await valuesByKey(broker, doubled)
    const expected = Array.from({ length: 30 }, (_, index) => (index + 1) * 4)
    for (const key of keys) {
      const values = results.get(key)!
      expect(ordering === 'none' ? values.toSorted((x, y) => x - y) : values).toEqual(expected)
    }
    const total = expected.reduce((sum, value) => sum + value) * 2
    expect(running.get<number>('sums', 'low')).toBe(total)
    expect(running.get<number>('sums', 'high')).toBe(total)
    expect((await valuesByKey(broker, sums)).get('low')).toHaveLength(60)
    // Two nodes in each of two tasks.
    expect(underWayMax).toBeLessThanOrEqual(4 * 4)
  })
})

it('has each result once where the coordinator refuses commits, and gives up what was under way', async () => {
  const { broker, options } = await place()
  await using _ = broker
  let refusedCount = 0
  let commitCount = 0
  const rewrite = (api: string, answer: unknown): unknown => {
    if (api !== 'TxnOffsetCommit' || ++commitCount % 3 !== 0) return answer
    refusedCount++
    const { topics } = answer as { topics: { partitions: { errorCode: number }[] }[] }
    for (const { partitions } of topics)
      for (const partition of partitions) partition.errorCode = kafkaErrors.ILLEGAL_GENERATION.code
    return answer
  }
  const app = summing(value => delay(1).then(() => value), { ordering: 'key', concurrency: 3 })
  await using running = await run(app, { ...options('one'), broker: slowed(broker, { rewrite }) })
  for (let round = 0; round < 10; round++) {
    await send(broker, keys, round * 3 + 1, round * 3 + 3)
    await running.caughtUp()
  }
  expect(refusedCount).toBeGreaterThan(0)
  const results = await valuesByKey(broker, doubled)
  for (const key of keys)
    expect(results.get(key)).toEqual(Array.from({ length: 30 }, (_, index) => index + 1))
  expect(running.get<number>('sums', 'low')).toBe(465 * 2)
})

it('has each result once where another instance takes tasks over while calls are under way', async () => {
  const { broker, options } = await place()
  await using _ = broker
  const app = summing(value => delay(2).then(() => value), { ordering: 'partition', concurrency: 4 })
  await send(broker, keys, 1, 30)
  await using first = await run(app, options('one'))
  await expect.poll(() => first.processedCount).toBeGreaterThan(10)
  {
    await using second = await run(app, options('two'))
    await expect.poll(() => second.ready, { timeout: 8_000 }).toBe(true)
    await send(broker, keys, 31, 40)
    await Promise.all([first.caughtUp(), second.caughtUp()])
  }
  await send(broker, keys, 41, 45)
  // What the second gave back comes to the first with a heartbeat; until then it has caught up with the rest alone.
  const expected = Array.from({ length: 45 }, (_each, index) => index + 1)
  const resultsOfAll = async () => {
    const results = await valuesByKey(broker, doubled)
    return keys.map(key => results.get(key))
  }
  await expect.poll(resultsOfAll, { timeout: 15_000 }).toEqual(keys.map(() => expected))
  await first.caughtUp()
  expect(await resultsOfAll()).toEqual(keys.map(() => expected))
})

describe('a slow call', () => {
  /** Values of key `slow` wait for `release`; all others have their result at once. */
  function slowing() {
    const release = deferred<undefined>()
    const begun = deferred<AbortSignal>()
    const app = defineApp({
      id: 'slowing',
      build(b) {
        b.stream(numbers)
          .mapValuesAsync(
            async (value, key, { signal }) => {
              if (key === 'slow') {
                begun.resolve(signal)
                await release.promise
              }
              return value
            },
            { timeout: '5m' },
          )
          .to(doubled)
        b.stream(other)
          .mapValues(value => value)
          .to(sums)
      },
    })
    return { app, release, begun }
  }
  const other = topic('other', { key: string(), value: integer() })

  it('does not stop other tasks, and no commit is made past it', async () => {
    const { broker, options } = await place()
    await using _ = broker
    await createTopics(broker, [other])
    const { app, release, begun } = slowing()
    await using running = await run(app, options('one'))
    await send(broker, ['slow'], 1, 1)
    await begun.promise
    await using writer = await TopicWriter.open(broker)
    for (let value = 0; value < 50; value++) await writer.send(other, 'k', value, { timestamp: value })
    await writer.flush()
    await expect.poll(() => running.processedCount).toBe(51)
    expect(await valuesByKey(broker, doubled)).toEqual(new Map())
    release.resolve(undefined)
    await running.caughtUp()
    expect((await valuesByKey(broker, sums)).get('k')).toHaveLength(50)
    expect((await valuesByKey(broker, doubled)).get('slow')).toEqual([1])
  })

  it('is waited for when the application closes, and committed', async () => {
    const { broker, options } = await place()
    await using _ = broker
    await createTopics(broker, [other])
    const { app, release, begun } = slowing()
    const running = await run(app, options('one'))
    await send(broker, ['slow'], 1, 1)
    const signal = await begun.promise
    const closing = running.close()
    await delay(30)
    expect(signal.aborted).toBe(false)
    release.resolve(undefined)
    await closing
    expect((await valuesByKey(broker, doubled)).get('slow')).toEqual([1])
  })

  it('is aborted when another record stops the application, and forwards nothing afterwards', async () => {
    const { broker, options } = await place()
    await using _ = broker
    await createTopics(broker, [other])
    const { app, release, begun } = slowing()
    const running = await run(app, options('one'))
    await send(broker, ['slow'], 1, 1)
    const signal = await begun.promise
    await using writer = await TopicWriter.open(broker)
    await writer.send({ ...other, value: string() }, 'k', 'no number', { timestamp: 1 })
    await writer.flush()
    await expect(running.closed).rejects.toMatchObject({ code: 'MR-3001' })
    expect(signal.aborted).toBe(true)
    expect(signal.reason).toMatchObject({ code: 'MR-3203' })
    release.resolve(undefined)
    await delay(20)
    expect(await valuesByKey(broker, doubled)).toEqual(new Map())
  })
})
