/** Processors of the application's own: what they yield, keep in stores, and do by the clock. */
import { describe, expect, it } from 'vitest'
import { defineApp, integer, kvStore, string, topic, type StreamsBuilder } from '../../../src/index.ts'
import { testDriver, type TestDriver } from '../../../src/testing/index.ts'

const input = topic('in', { key: string(), value: string() })
const output = topic('out', { key: string(), value: string() })
const store = kvStore('kept', { key: string(), value: string() })

function driverOf(build: (b: StreamsBuilder) => void): TestDriver {
  return testDriver(defineApp({ id: 'app', build }))
}

function rows(driver: TestDriver): readonly (readonly unknown[])[] {
  return driver
    .output(output)
    .readAll()
    .map(({ key, value, timestamp }) => [key ?? null, value ?? null, timestamp])
}

describe('process', () => {
  it("forwards what is yielded, at the record's time unless it says otherwise", () => {
    using driver = driverOf(b =>
      b
        .stream(input)
        .process({
          *process({ key, value }) {
            yield { key, value: `${value}1` }
            yield { key: `${key}2`, value: `${value}2`, timestamp: 99 }
          },
        })
        .to(output),
    )
    driver.input(input).send('k', 'v', { at: 5 })
    expect(rows(driver)).toEqual([
      ['k', 'v1', 5],
      ['k2', 'v2', 99],
    ])
  })

  it('keeps its rows over a crash, and the order of a walk with them', () => {
    using driver = driverOf(b =>
      b
        .stream(input)
        .process({
          stores: { store },
          process: ({ key, value }, { stores }) => {
            stores.store.put(key, value)
            return [{ key, value: [...stores.store.all()].join(' ') }]
          },
        })
        .to(output),
    )
    driver.input(input).send('b', '1').send('a', '2')
    driver.crash()
    driver.restart()
    driver.input(input).tombstone('b').send('c', '3')
    expect(rows(driver).map(row => row[1])).toEqual(['b,1', 'a,2 b,1', 'a,2', 'a,2 c,3'])
  })

  it('punctuates by stream time with the first record and then at multiples, once for a jump (U1, U4)', () => {
    using driver = driverOf(b =>
      b
        .stream(input)
        .process({
          process: () => undefined,
          punctuate: {
            every: 100,
            *run({ now, count, cancel }) {
              yield { key: 'tick', value: `${count}@${now}` }
              if (count === 3) cancel()
            },
          },
        })
        .to(output),
    )
    for (const at of [50, 99, 100, 1000, 1100]) driver.input(input).send('k', 'v', { at })
    expect(rows(driver)).toEqual([
      ['tick', '1@50', 50],
      ['tick', '2@100', 100],
      ['tick', '3@1000', 1000],
    ])
  })

  it('punctuates by the wall clock after an interval, and may empty its store while it walks it (U2)', () => {
    using driver = driverOf(b =>
      b
        .stream(input)
        .process({
          stores: { store },
          process: ({ key, value }, { stores }) => stores.store.put(key, value),
          punctuate: {
            every: '1s',
            clock: 'wall',
            *run({ stores }) {
              for (const [key, value] of stores.store.all()) {
                stores.store.delete(key)
                yield { key, value }
              }
            },
          },
        })
        .to(output),
    )
    driver.input(input).send('b', '1').send('a', '2')
    driver.advance('999ms')
    expect(rows(driver)).toEqual([])
    driver.advance('5s')
    expect(rows(driver)).toEqual([
      ['a', '2', 5999],
      ['b', '1', 5999],
    ])
    expect([...driver.store('kept').toMap()]).toEqual([])
  })

  it.each([
    ['a promise', () => Promise.resolve(), 'not a promise'],
    ['a text', () => 'abc', 'not string'],
    ['no record', () => ['abc'], 'must yield { key, value }'],
    ['a time before the epoch', () => [{ key: 'k', value: 'v', timestamp: -1 }], 'timestamp must be'],
  ])('refuses %s as an answer', (_what, answer, message) => {
    const process = answer as unknown as () => undefined
    using driver = driverOf(b =>
      b
        .stream(input)
        .process({ process })
        .to(output as never),
    )
    expect(() => driver.input(input).send('k', 'v')).toThrow(message)
  })

  it('refuses what is no store, two stores of one name, and an interval of nothing', () => {
    const process = (): undefined => undefined
    const other = kvStore('kept', { key: string(), value: integer() })
    const refused = (build: (b: StreamsBuilder) => void) => expect(() => driverOf(build))
    refused(b => b.stream(input).process({ stores: { store: 'kept' as never }, process })).toThrow(
      'stores.store is no store',
    )
    refused(b => {
      b.stateStore(store)
      b.stateStore(other)
    }).toThrow(expect.objectContaining({ code: 'MR-1002' }))
    refused(b => b.stream(input).process({ process, punctuate: { every: 0, run: () => undefined } })).toThrow(
      'MR-1010',
    )
  })
})

describe('processValues', () => {
  it('keeps the key, so that what follows needs no repartition', () => {
    using driver = driverOf(b =>
      b
        .stream(input)
        .processValues({ process: ({ value }) => [value, value] })
        .groupByKey()
        .count('counts')
        .toStream()
        .mapValues(String)
        .to(output),
    )
    expect(driver.describe()).not.toContain('repartition')
    driver.input(input).send('k', 'v', { at: 7 })
    expect(rows(driver)).toEqual([
      ['k', '1', 7],
      ['k', '2', 7],
    ])
  })
})
