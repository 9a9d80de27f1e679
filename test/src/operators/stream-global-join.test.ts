/** Global tables and stores: joins by any key, lookups by processors, all partitions on every instance. */
import { expect, it } from 'vitest'
import { defineApp, integer, kvStore, string, topic, type StreamsBuilder } from '../../../src/index.ts'
import { testDriver, type TestDriver } from '../../../src/testing/index.ts'

const orders = topic('orders', { key: string(), value: string(), partitions: 2 })
const items = topic('items', { key: string(), value: string(), partitions: 3 })
const output = topic('out', { key: string(), value: string() })

function driverOf(build: (b: StreamsBuilder) => void): TestDriver {
  return testDriver(defineApp({ id: 'app', build }))
}

function rows(driver: TestDriver): readonly string[] {
  return driver
    .output(output)
    .readAll()
    .map(({ key, value, timestamp }) => `${key}=${value}@${timestamp}`)
}

it('joins by a key of its own with rows of every partition, whatever the counts, and after a crash', () => {
  using driver = driverOf(b =>
    b
      .stream(orders)
      .join(b.globalTable(items, 'items'), (order, item) => `${order}+${item}`, { on: order => order[0] })
      .to(output),
  )
  for (const key of ['a', 'b', 'c', 'd']) driver.input(items).send(key, key.toUpperCase(), { at: 100 })
  for (const key of ['k', 'l']) driver.input(orders).send(key, 'a1', { at: 5 }).send(key, 'd2', { at: 6 })
  expect(rows(driver)).toEqual(['k=a1+A@5', 'k=d2+D@6', 'l=a1+A@5', 'l=d2+D@6'])
  driver.crash()
  driver.restart()
  driver.input(items).tombstone('a')
  driver.input(orders).send('k', 'a3', { at: 7 }).send('k', 'b4', { at: 8 })
  expect(rows(driver)).toEqual(['k=b4+B@8'])
  expect(driver.store('items').get('c')).toBe('C')
})

it('drops null values and, on an inner join, records without a key to look up (S9, S10)', () => {
  using driver = driverOf(b => {
    const table = b.globalTable(items, 'items')
    const on = (): undefined => undefined
    b.stream(orders)
      .join(table, order => `inner ${order}`, { on })
      .to(output)
    b.stream(orders)
      .leftJoin(table, (order, item) => `left ${order}+${item}`, { on })
      .to(output)
  })
  driver.input(orders).send('k', 'v', { at: 1 }).tombstone('k', { at: 2 })
  expect(rows(driver)).toEqual(['k=left v+undefined@1'])
  expect(driver.drops().map(({ reason }) => reason)).toEqual(['null-key', 'null-value', 'null-value'])
})

it('keeps in a global store what its processor makes of records, for processors to read', () => {
  using driver = driverOf(b => {
    const lengths = b.globalStore(items, {
      store: kvStore('lengths', { key: string(), value: integer() }),
      process: ({ key, value }, { store }) => store.put(key, value?.length),
    })
    b.stream(orders)
      .processValues({
        stores: { lengths },
        process: ({ value }, { stores }) => [`${value}:${stores.lengths.get(value) ?? 'none'}`],
      })
      .to(output)
  })
  driver.input(items).send('x', 'four')
  driver.input(orders).send('k', 'x', { at: 1 }).send('k', 'y', { at: 2 })
  expect(rows(driver)).toEqual(['k=x:4@1', 'k=y:none@2'])
  expect([...driver.store('lengths').toMap()]).toEqual([['x', 4]])
})

it('has a part of its own in the description, without tasks, and refuses its topic as a stream', () => {
  const build = (b: StreamsBuilder): void => {
    b.globalTable(items, 'items')
    b.stream(orders).to(output)
  }
  const topology = defineApp({ id: 'app', build }).topology()
  expect(topology.describe()).toContain('Sub-topology: 0 for global store (will not generate tasks)\n')
  expect(topology.subtopologies().map(({ id }) => id)).toEqual([1])
  expect(() =>
    driverOf(b => {
      b.globalTable(items)
      b.stream(items).to(output)
    }),
  ).toThrow(expect.objectContaining({ code: 'MR-1001' }))
})
