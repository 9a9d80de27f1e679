/** `ttl`: rows end in time, downstream and in the changelog, through restarts, and only those whose time is over. */
import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../../src/base/random.ts'
import {
  defineApp,
  integer,
  kvStore,
  string,
  topic,
  type App,
  type RowStoreOptions,
  type StreamsBuilder,
} from '../../../src/index.ts'
import { testDriver, type TestDriver } from '../../../src/testing/index.ts'

const prices = topic('prices', { key: string(), value: string() })
const others = topic('others', { key: string(), value: string() })
const out = topic('out', { key: string(), value: string() })
const numbers = topic('numbers', { key: string(), value: integer() })

function app(build: (b: StreamsBuilder) => void, cache = false): App {
  return defineApp({ id: 'app', cache, build })
}

function table(options: RowStoreOptions<string>, cache = false): App {
  return app(
    b =>
      b
        .table(prices, { store: 'prices', ...options })
        .toStream()
        .to(out),
    cache,
  )
}

/** What was put out, as `key=value@timestamp`. */
function rows(driver: TestDriver, from = out): string[] {
  return driver
    .output(from)
    .readAll()
    .map(({ key, value, timestamp }) => `${key}=${value ?? '-'}@${timestamp}`)
}

describe('the rows of a table', () => {
  it('end when stream time reaches their timestamp and the ttl, before the record that moves it is seen', () => {
    using driver = testDriver(table({ ttl: 10 }))
    const input = driver.input(prices)
    input
      .send('a', '1', { at: 100, headers: { n: '0' } })
      .send('b', '2', { at: 105 })
      .send('c', '3', { at: 109 })
    expect(rows(driver)).toEqual(['a=1@100', 'b=2@105', 'c=3@109'])
    input.send('c', '4', { at: 110 })
    expect(rows(driver)).toEqual(['a=-@110', 'c=4@110'])
    expect([...driver.store('prices').toMap()]).toEqual([
      ['b', '2'],
      ['c', '4'],
    ])
    driver.crash()
    driver.restart()
    expect([...driver.store('prices').toMap().keys()]).toEqual(['b', 'c'])
  })

  it('last longer by every update, and come back anew', () => {
    using driver = testDriver(table({ ttl: 10 }))
    const input = driver.input(prices)
    for (const at of [0, 5, 14]) input.send('a', `${at}`, { at })
    input.send('b', 'x', { at: 23 })
    expect(driver.store('prices').get('a')).toBe('14')
    input.send('b', 'y', { at: 24 })
    expect(driver.store('prices').get('a')).toBeUndefined()
    input.send('a', 'again', { at: 30 }).send('b', 'z', { at: 40 })
    expect(rows(driver).filter(row => row.startsWith('a'))).toEqual([
      'a=0@0',
      'a=5@5',
      'a=14@14',
      'a=-@24',
      'a=again@30',
      'a=-@40',
    ])
  })

  it('end sooner where a later record has an earlier timestamp', () => {
    using driver = testDriver(table({ ttl: 10 }))
    driver.input(prices).send('a', '1', { at: 20 }).send('a', '2', { at: 15 }).send('b', 'x', { at: 25 })
    expect(rows(driver)).toEqual(['a=1@20', 'a=2@15', 'a=-@25', 'b=x@25'])
  })

  it('that are over when they come are put out, and end right after', () => {
    using driver = testDriver(table({ ttl: 10 }))
    driver.input(prices).send('a', '1', { at: 100 }).send('b', 'late', { at: 90 })
    expect(rows(driver)).toEqual(['a=1@100', 'b=late@90', 'b=-@100'])
  })

  it('end by the time of other topics of the task too', () => {
    using driver = testDriver(
      app(b => {
        const joined = b
          .stream(others)
          .leftJoin(b.table(prices, { store: 'prices', ttl: 10 }), (o, p) => `${o}${p ?? '?'}`)
        joined.to(out)
      }),
    )
    driver.input(prices).send('k', 'p', { at: 0 })
    driver.input(others).send('k', 'x', { at: 9 }).send('j', 'y', { at: 10 }).send('k', 'z', { at: 10 })
    expect(rows(driver)).toEqual(['k=xp@9', 'j=y?@10', 'k=z?@10'])
    expect(driver.store('prices').toMap().size).toBe(0)
  })

  it('are not there twice: one that was deleted before ends silently', () => {
    using driver = testDriver(table({ ttl: 10 }))
    driver.input(prices).send('a', '1', { at: 0 }).tombstone('a', { at: 1 }).send('b', 'x', { at: 50 })
    expect(rows(driver)).toEqual(['a=1@0', 'a=-@1', 'b=x@50'])
  })

  it('end in tables below with their old values: a group loses what has expired', () => {
    using driver = testDriver(
      app(b =>
        b
          .table(prices, { ttl: 10 })
          .groupBy(value => value)
          .count('groups')
          .toStream()
          .to(numbers),
      ),
    )
    driver.input(prices).send('a', 'g', { at: 0 }).send('b', 'g', { at: 5 }).send('c', 'h', { at: 12 })
    expect(driver.store('groups').toMap()).toEqual(
      new Map([
        ['g', 1],
        ['h', 1],
      ]),
    )
  })

  it('end after a restart too, where nothing is left but the changelog', () => {
    using driver = testDriver(table({ ttl: 10 }))
    driver.input(prices).send('a', '1', { at: 0 }).send('b', '2', { at: 6 })
    driver.crash()
    driver.restart()
    expect([...driver.store('prices').toMap().keys()]).toEqual(['a', 'b'])
    driver.input(prices).send('c', '3', { at: 12 })
    expect([...driver.store('prices').toMap().keys()]).toEqual(['b', 'c'])
    driver.crash()
    driver.restart()
    expect([...driver.store('prices').toMap().keys()]).toEqual(['b', 'c'])
    expect(rows(driver)).toEqual(['a=1@0', 'b=2@6', 'a=-@10', 'c=3@12'])
  })

  it('end once per commit where updates are held back', () => {
    using driver = testDriver(table({ ttl: 10 }, true))
    driver.input(prices).send('a', '1', { at: 0 })
    driver.commit()
    driver.input(prices).send('a', '2', { at: 5 }).send('n', 'x', { at: 5 }).send('b', '3', { at: 30 })
    driver.commit()
    expect(rows(driver)).toEqual(['a=1@0', 'a=-@15', 'b=3@30'])
  })

  it('end by the wall clock without input, where that is asked for', () => {
    using driver = testDriver(table({ ttl: { after: '10s', clock: 'wall' } }), { startAt: 1_000_000 })
    driver.input(prices).send('a', '1').send('b', '2', { at: 1_005_000 })
    driver.advance('9s')
    expect(rows(driver)).toHaveLength(2)
    driver.advance('1s')
    expect(rows(driver)).toEqual(['a=-@1010000'])
    driver.crash()
    driver.restart()
    driver.advance('5s')
    expect(rows(driver)).toEqual(['b=-@1015000'])
  })
})

describe('the rows of an aggregate', () => {
  it('begin anew after their end', () => {
    using driver = testDriver(
      app(b => b.stream(prices).groupByKey().count({ store: 'counts', ttl: 10 }).toStream().to(numbers)),
    )
    const input = driver.input(prices)
    for (const at of [0, 4, 8, 17, 27, 28]) input.send('a', 'x', { at })
    expect(
      driver
        .output(numbers)
        .readAll()
        .map(({ value, timestamp }) => [value, timestamp]),
    ).toEqual([
      [1, 0],
      [2, 4],
      [3, 8],
      [4, 17],
      [undefined, 27],
      [1, 27],
      [2, 28],
    ])
  })

  it('are those of the last ttl, as a model says, through crashes', () => {
    const seed = Math.floor(Math.random() * 2 ** 32)
    console.log(`seed: ${seed}`)
    const random = seededRandom(seed)
    using driver = testDriver(
      app(b => {
        b.stream(prices).toTable({ store: 'latest', ttl: 20 })
      }),
    )
    const model = new Map<string, { value: string; at: number }>()
    let streamTime = -1
    for (let index = 0; index < 400; index++) {
      const at = Math.max(0, Math.floor(index / 2 + random.next() * 12 - 6))
      const key = `k${Math.floor(random.next() * 30)}`
      driver.input(prices).send(key, `${index}`, { at })
      streamTime = Math.max(streamTime, at)
      model.set(key, { value: `${index}`, at })
      for (const [each, row] of model) if (row.at + 20 <= streamTime) model.delete(each)
      if (random.next() < 0.03) {
        driver.crash()
        driver.restart()
      }
      expect(driver.store('latest').toMap()).toEqual(
        new Map([...model].map(([each, { value }]) => [each, value] as const)),
      )
    }
  })
})

describe('the rows of a processor', () => {
  const seen = kvStore('seen', { key: string(), value: integer(), ttl: 10 })

  it('end before it looks, and in the changelog', () => {
    using driver = testDriver(
      app(b => {
        b.stream(prices)
          .processValues({
            stores: { seen },
            *process({ key }, { stores }) {
              const count = (stores.seen.get(key) ?? 0) + 1
              stores.seen.put(key, count)
              yield count
            },
          })
          .to(numbers)
      }),
    )
    const input = driver.input(prices)
    for (const at of [0, 9, 18, 28, 29]) input.send('a', 'x', { at })
    expect(
      driver
        .output(numbers)
        .readAll()
        .map(({ value }) => value),
    ).toEqual([1, 2, 3, 1, 2])
    input.send('b', 'x', { at: 39 })
    driver.crash()
    driver.restart()
    expect(driver.store('seen').toMap()).toEqual(new Map([['b', 1]]))
  })

  it('refuses a ttl where the store cannot be walked', () => {
    expect(() => kvStore('s', { key: string(), value: integer(), ttl: 1, walkable: false })).toThrow(
      'MR-1010',
    )
  })
})

describe('a ttl that cannot be', () => {
  it.each([
    [{ ttl: 0 }, 'ttl must be 1 ms or more, not 0'],
    [{ ttl: 'soon' as '1m' }, 'ttl must be whole milliseconds'],
    [{ ttl: { after: '1m', clock: 'sun' as 'wall' } }, "ttl.clock must be 'stream' or 'wall', not 'sun'"],
    [{ ttl: '1m', versioned: '1m' }, 'rows with versions do not expire'],
  ] as const)('is refused: %o', (options, message) => {
    expect(() => table(options).topology()).toThrow(message)
  })

  it('is refused of tables whose rows follow from others', () => {
    const derived = app(b => {
      b.table(prices).filter(value => value !== '', { store: 'full', ttl: '1m' } as never)
    })
    expect(() => derived.topology()).toThrow('filter takes no ttl')
  })
})
