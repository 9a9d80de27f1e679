/** Commits that the coordinator refuses: the work since the last one is done again, as if it had never been done. */
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
import { defineApp, json, string, topic, tumbling, type App } from '../../src/index.ts'
import { kafkaErrors } from '../../src/protocol/errors.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { slowed } from './slow-network.ts'

const words = topic('words', { key: string(), value: string(), partitions: 2 })
const counts = topic('counts', { key: string(), value: json<number>() })
const minutes = topic('minutes', { key: string(), value: json<number>() })

const app: App = defineApp({
  id: 'counter',
  build(b) {
    const grouped = b.stream(words).groupByKey()
    grouped.count('counts').toStream().to(counts)
    grouped
      .windowedBy(tumbling('1m', { grace: '1m' }))
      .count('minutes')
      .toStream()
      .map((count, word) => [`${word.key}@${word.window.start}`, count])
      .to(minutes)
  },
})

/** Every third commit of offsets is answered with a refusal. */
function refusing(code: number): { rewrite(api: string, answer: unknown): unknown; refusedCount(): number } {
  let count = 0
  return {
    refusedCount: () => Math.floor(count / 3),
    rewrite: (api, answer) => {
      if (api !== 'TxnOffsetCommit' && api !== 'OffsetCommit') return answer
      if (++count % 3 !== 0) return answer
      const { topics } = answer as { topics: { partitions: { errorCode: number }[] }[] }
      for (const { partitions } of topics) for (const partition of partitions) partition.errorCode = code
      return answer
    },
  }
}

describe.each([
  ['exactly-once', kafkaErrors.ILLEGAL_GENERATION.code],
  ['at-least-once', kafkaErrors.REBALANCE_IN_PROGRESS.code],
] as const)('a refused commit, %s', (guarantee, code) => {
  it.each([true, false])('leaves stores as right as they were, with cache %s', async cache => {
    const directory = await temporaryDirectory()
    await using broker = await startEmbeddedBroker({ directory: join(directory, 'broker') })
    await createTopics(broker, [words, counts, minutes])
    const refusal = refusing(code)
    await using running = await run(app, {
      broker: slowed(broker, { rewrite: refusal.rewrite }),
      stateDirectory: join(directory, 'state'),
      guarantee,
      cache,
      commitInterval: 2,
      logger: silentLogger,
    })
    await using writer = await TopicWriter.open(broker)
    const keys = ['a', 'b', 'c', 'd']
    const rounds = 40
    for (let round = 0; round < rounds; round++) {
      for (const key of keys) await writer.send(words, key, 'x', { timestamp: round * 10_000 })
      await writer.flush()
      if (round % 4 === 3) await running.caughtUp()
    }
    expect(refusal.refusedCount()).toBeGreaterThan(0)
    for (const key of keys) expect(running.get<number>('counts', key)).toBe(rounds)
    const inWindows: number[] = []
    for await (const { value } of running.windows<string, number>('minutes')) inWindows.push(value)
    // What the retention has kept: all windows within it are full but the last.
    expect(inWindows.filter(value => value !== 6 && value !== 4)).toEqual([])
    const seen: Record<string, number[]> = {}
    for await (const { key, value } of readTopic(broker, counts)) (seen[key!] ??= []).push(value!)
    if (guarantee === 'exactly-once')
      for (const key of keys) {
        // Never a number twice, never one that goes back.
        expect(seen[key]).toEqual([...new Set(seen[key])].toSorted((left, right) => left - right))
        if (!cache) expect(seen[key]).toHaveLength(rounds)
      }
    for (const key of keys) expect(seen[key]!.at(-1)).toBe(rounds)
  })
})

it('does not skip what was read before a first commit that is refused, where reading begins at the latest', async () => {
  const directory = await temporaryDirectory()
  await using broker = await startEmbeddedBroker({ directory: join(directory, 'broker') })
  await createTopics(broker, [words, counts])
  const latest = defineApp({
    id: 'latest',
    build: b =>
      b
        .stream(words, { offsetReset: 'latest' })
        .mapValues(value => value.length)
        .to(counts),
  })
  await using writer = await TopicWriter.open(broker)
  const send = async (value: string): Promise<void> => {
    await writer.send(words, 'a', value, { timestamp: 1 })
    await writer.flush()
  }
  await send('before')
  let refused = false
  const rewrite = (api: string, answer: unknown): unknown => {
    if (api !== 'TxnOffsetCommit' || refused) return answer
    refused = true
    const { topics } = answer as { topics: { partitions: { errorCode: number }[] }[] }
    topics[0]!.partitions[0]!.errorCode = kafkaErrors.ILLEGAL_GENERATION.code
    return answer
  }
  await using running = await run(latest, {
    broker: slowed(broker, { rewrite }),
    stateDirectory: join(directory, 'state'),
    commitInterval: 2,
    logger: silentLogger,
  })
  await running.caughtUp()
  await send('four')
  await expect.poll(() => refused, { interval: 5 }).toBe(true)
  await running.caughtUp()
  const found: unknown[] = []
  for await (const { value } of readTopic(broker, counts)) found.push(value)
  expect(found).toEqual([4])
})

it('goes on exactly once when the group has forgotten the instance', async () => {
  const directory = await temporaryDirectory()
  await using broker = await startEmbeddedBroker({ directory: join(directory, 'broker') })
  await createTopics(broker, [words, counts, minutes])
  const heartbeats = { seen: 0, most: 24 }
  const rewrite = (api: string, answer: unknown): unknown => {
    if (api === 'Heartbeat' && ++heartbeats.seen % 8 === 0 && heartbeats.seen <= heartbeats.most)
      (answer as { errorCode: number }).errorCode = kafkaErrors.UNKNOWN_MEMBER_ID.code
    return answer
  }
  await using running = await run(app, {
    broker: slowed(broker, { rewrite }),
    stateDirectory: join(directory, 'state'),
    commitInterval: 20,
    heartbeatInterval: 15,
    logger: silentLogger,
  })
  await using writer = await TopicWriter.open(broker)
  let rounds = 0
  while (heartbeats.seen < heartbeats.most) {
    rounds += 1
    for (const key of ['a', 'b', 'c', 'd']) await writer.send(words, key, 'x', { timestamp: rounds })
    await writer.flush()
    await new Promise(resolve => setTimeout(resolve, 1))
  }
  const expected = Array.from({ length: rounds }, (_, index) => index + 1)
  const seen = async (): Promise<Record<string, number[]>> => {
    const found: Record<string, number[]> = {}
    for await (const { key, value } of readTopic(broker, counts)) (found[key!] ??= []).push(value!)
    return found
  }
  await expect
    .poll(seen, { timeout: 8000, interval: 30 })
    .toEqual({ a: expected, b: expected, c: expected, d: expected })
  expect(running.get<number>('counts', 'a')).toBe(rounds)
})
