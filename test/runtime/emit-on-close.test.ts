/** Emit on window close on a broker: over refused commits, a crash and a lost state directory, each window once (P7). */
import { join } from 'node:path'
import { expect, it } from 'vitest'
import {
  createTopics,
  readTopic,
  run,
  silentLogger,
  startEmbeddedBroker,
  TopicWriter,
} from '../../runtime/index.ts'
import type { EmbeddedBroker, RunOptions } from '../../runtime/index.ts'
import { seededRandom } from '../../src/base/random.ts'
import {
  defineApp,
  integer,
  session,
  sliding,
  string,
  topic,
  tumbling,
  type App,
  type KTable,
  type Windowed,
} from '../../src/index.ts'
import { kafkaErrors } from '../../src/protocol/errors.ts'
import { testDriver } from '../../src/testing/index.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { slowed } from './slow-network.ts'

const clicks = topic('clicks', { key: string(), value: string(), partitions: 1 })
const totals = topic('totals', { key: string(), value: integer(), partitions: 1 })
const onClose = { emit: 'close' } as const

/** `check` is called with each value and may throw: a crash. */
function totalsApp(check: (value: string) => void = () => {}): App {
  return defineApp({
    id: 'totals',
    build(b) {
      const grouped = b.stream(clicks).groupByKey()
      const options = {
        initial: () => 0,
        add: (count: number, value: string): number => (check(value), count + 1),
        value: integer(),
        // Long enough for what was put out to be in the store still.
        retention: 1000,
      }
      const write = (name: string, table: KTable<Windowed<string>, number>): void =>
        table
          .toStream(
            (_: number, { key, window }: Windowed<string>): string =>
              `${name} ${key}@${window.start}/${window.end}`,
          )
          .to(totals)
      write(
        't',
        grouped.windowedBy(tumbling(10, { grace: 5 }), onClose).aggregate({ ...options, store: 't' }),
      )
      write('w', grouped.windowedBy(sliding(8, { grace: 4 }), onClose).aggregate({ ...options, store: 'w' }))
      const merge = (left: number, right: number): number => left + right
      const sessions = grouped.windowedBy(session(6, { grace: 2 }), onClose)
      write('s', sessions.aggregate({ ...options, merge, store: 's' }))
    },
  })
}

interface Click {
  readonly key: string
  readonly value: string
  readonly at: number
}

function clicksOf(seed: number): readonly Click[] {
  const random = seededRandom(seed)
  let at = 0
  return Array.from({ length: 240 }, (_, index) => {
    at += random.next() < 0.03 ? 100 : Math.floor(random.next() * 4)
    return { key: 'abc'[Math.floor(random.next() * 3)]!, value: `${index}`, at }
  })
}

/** What comes out when nothing goes wrong. */
function expected(input: readonly Click[]): readonly string[] {
  using driver = testDriver(totalsApp())
  for (const { key, value, at } of input) driver.input(clicks).send(key, value, { at })
  return driver
    .output(totals)
    .readAll()
    .map(({ key, value, timestamp }) => `${key}=${value}@${timestamp}`)
}

async function written(broker: EmbeddedBroker): Promise<readonly string[]> {
  const found: string[] = []
  for await (const { key, value, timestamp } of readTopic(broker, totals))
    found.push(`${key}=${value}@${timestamp}`)
  return found
}

/** Every third commit of offsets is answered with a refusal: the transaction is aborted and done again. */
function refusing(broker: EmbeddedBroker): EmbeddedBroker {
  let count = 0
  return slowed(broker, {
    rewrite: (api, answer) => {
      if (api !== 'TxnOffsetCommit' || ++count % 3 !== 0) return answer
      const { topics } = answer as { topics: { partitions: { errorCode: number }[] }[] }
      for (const { partitions } of topics)
        for (const partition of partitions) partition.errorCode = kafkaErrors.ILLEGAL_GENERATION.code
      return answer
    },
  })
}

it('puts each window out once, in the same order, whatever goes wrong: P7', async () => {
  const input = clicksOf(7)
  const directory = await temporaryDirectory()
  await using broker = await startEmbeddedBroker({ directory: join(directory, 'broker') })
  await createTopics(broker, [clicks, totals])
  await using writer = await TopicWriter.open(broker)
  const send = async (from: number, to: number): Promise<void> => {
    for (const { key, value, at } of input.slice(from, to))
      await writer.send(clicks, key, value, { timestamp: at })
    await writer.flush()
  }
  const options = (state: string): RunOptions => ({
    broker: refusing(broker),
    stateDirectory: join(directory, state),
    commitInterval: 2,
    logger: silentLogger,
  })
  {
    const crashing = totalsApp(value => {
      if (value === '100') throw new Error('the disk of somebody else is full')
    })
    const running = await run(crashing, options('here'))
    for (let from = 0; from < 90; from += 10) {
      await send(from, from + 10)
      await running.caughtUp()
    }
    await send(90, 120)
    await expect(running.caughtUp()).rejects.toThrow(/full/)
    await expect(running.close()).rejects.toThrow(/full/)
  }
  {
    await using running = await run(totalsApp(), options('here'))
    await running.caughtUp()
    await send(120, 180)
    await running.caughtUp()
  }
  // Everything is restored from the changelogs.
  await using running = await run(totalsApp(), options('elsewhere'))
  await send(180, 240)
  await running.caughtUp()
  expect(await written(broker)).toEqual(expected(input))
})
