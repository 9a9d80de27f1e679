/** Foreign-key joins over a broker: several partitions, crashes, lost disks, and nothing twice (semantics F1 to F9). */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import {
  createTopics,
  readTopic,
  run,
  silentLogger,
  startEmbeddedBroker,
  TopicWriter,
  type EmbeddedBroker,
  type RunningApp,
} from '../../runtime/index.ts'
import { Admin } from '../../runtime/client/admin.ts'
import { openCluster } from '../../runtime/brokers.ts'
import { defineApp, json, string, topic, type App } from '../../src/index.ts'
import { testDriver } from '../../src/testing/index.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

interface Order {
  readonly customer: string | null
  readonly total: number
}

const orders = topic('orders', { key: string(), value: json<Order>(), partitions: 3 })
const customers = topic('customers', { key: string(), value: string(), partitions: 2 })
const bills = topic('bills', { key: string(), value: json<string>() })
const totals = topic('totals', { key: string(), value: json<number>() })

/** Bills, and their sums by customers' names: a bill that is counted twice, or not taken back, shows for good. */
function billing(check: () => void = () => {}): App {
  return defineApp({
    id: 'billing',
    build(b) {
      const billed = b.table(orders).leftJoin(
        b.table(customers),
        ({ total }, name) => {
          check()
          return { name: name ?? 'nobody', total }
        },
        { on: order => order.customer, name: 'fk', store: 'bills' },
      )
      billed
        .mapValues(({ name, total }) => `${name}: ${total}`)
        .toStream()
        .to(bills)
      billed
        .groupBy(({ name }) => name)
        .aggregate({
          store: 'totals',
          initial: () => 0,
          add: (sum, { total }) => sum + total,
          subtract: (sum, { total }) => sum - total,
        })
        .toStream()
        .to(totals)
    },
  })
}

type Sent =
  | readonly [topic: 'orders', key: string, order: Order | undefined]
  | readonly [topic: 'customers', key: string, name: string | undefined]

const sent: readonly Sent[] = Array.from({ length: 240 }, (_, index): Sent => {
  const customer = `c${(index * 5) % 7}`
  if (index % 6 === 5) return ['customers', customer, index % 30 === 29 ? undefined : `name ${index % 4}`]
  const key = `o${(index * 7) % 23}`
  if (index % 17 === 16) return ['orders', key, undefined]
  return ['orders', key, { customer: index % 13 === 12 ? null : customer, total: index }]
})

async function send(broker: EmbeddedBroker, part: readonly Sent[], from: number): Promise<void> {
  await using writer = await TopicWriter.open(broker)
  for (const [index, each] of part.entries()) {
    const options = { timestamp: 1000 + from + index }
    if (each[0] === 'orders') await writer.send(orders, each[1], each[2], options)
    else await writer.send(customers, each[1], each[2], options)
  }
  await writer.flush()
}

/** The last value of each key; sums of nothing are left out. */
async function tableOf<V>(
  broker: EmbeddedBroker,
  from: typeof bills | typeof totals,
): Promise<Record<string, V>> {
  const rows = new Map<string, unknown>()
  for await (const { key, value } of readTopic<string, unknown>(broker, from)) rows.set(key!, value)
  const kept = [...rows].filter(([, value]) => value !== undefined && value !== 0)
  return Object.fromEntries(kept) as Record<string, V>
}

/** What the test driver makes of the same input. */
function expected(): { readonly bills: object; readonly totals: object } {
  using driver = testDriver(billing())
  for (const [index, each] of sent.entries()) {
    const options = { at: 1000 + index }
    if (each[0] === 'orders') driver.input(orders).send(each[1], each[2], options)
    else driver.input(customers).send(each[1], each[2], options)
  }
  const sums = [...driver.output(totals).toMap()].filter(([, sum]) => sum !== 0)
  return { bills: Object.fromEntries(driver.output(bills).toMap()), totals: Object.fromEntries(sums) }
}

async function topicsOf(broker: EmbeddedBroker): Promise<Record<string, number>> {
  const cluster = openCluster(broker, 'test')
  const names = [
    'billing-fk-subscription-registration-topic',
    'billing-fk-subscription-response-topic',
    'billing-fk-subscription-store-changelog',
  ]
  const described = await new Admin(cluster).describeTopics(names)
  await cluster.close()
  return Object.fromEntries(described.map(({ name, partitions }) => [name, partitions.length]))
}

it('ends with what the test driver ends with, exactly once, over crashes and without its disk', async () => {
  const directory = await temporaryDirectory()
  await using broker = await startEmbeddedBroker({ directory: join(directory, 'broker') })
  await createTopics(broker, [orders, customers, bills, totals])
  const start = (app: App, state: string): Promise<RunningApp> =>
    run(app, {
      broker,
      guarantee: 'exactly-once',
      stateDirectory: join(directory, state),
      commitInterval: 5,
      instanceId: 'billing-1',
      logger: silentLogger,
    })
  let at = 0
  for (const [state, count] of [
    ['first', 9],
    ['first', 41],
    ['second', 23],
  ] as const) {
    await send(broker, sent.slice(at, at + 60), at)
    at += 60
    let left = count
    const crashing = billing(() => {
      if (left-- === 0) throw new Error('a crash of the test')
    })
    const running = await start(crashing, state)
    await expect(running.closed).rejects.toThrow('a crash of the test')
  }
  await send(broker, sent.slice(at), at)
  await rm(join(directory, 'second'), { recursive: true })
  await using last = await start(billing(), 'second')
  await last.caughtUp()
  const wanted = expected()
  expect(Object.keys(wanted.bills).length).toBeGreaterThan(15)
  expect(await tableOf<string>(broker, bills)).toEqual(wanted.bills)
  expect(await tableOf<number>(broker, totals)).toEqual(wanted.totals)
  expect(await topicsOf(broker)).toEqual({
    'billing-fk-subscription-registration-topic': 2,
    'billing-fk-subscription-response-topic': 3,
    'billing-fk-subscription-store-changelog': 2,
  })
})
