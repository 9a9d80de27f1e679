/** The stores of processors: rows B1 to B11, B20 to B26 and B30 of the semantics, over crashes too. */
import { describe, expect, it } from 'vitest'
import {
  customStore,
  defineApp,
  integer,
  kvStore,
  lruStore,
  sessionStore,
  string,
  topic,
  windowStore,
  type CustomStore,
  type OpenStore,
  type StoreHandle,
} from '../../src/index.ts'
import { testDriver, type TestDriver } from '../../src/testing/index.ts'

const input = topic('in', { key: string(), value: string() })

/** A driver whose processor hands its store to `work`, with the record's value and time; a script in place of a topology. */
function scripted<const H extends StoreHandle>(handle: H) {
  let work: (store: OpenStore<H>) => unknown = () => undefined
  const app = defineApp({
    id: 'app',
    build: b =>
      b.stream(input).process({
        stores: { handle },
        process: (_record, { stores }) => void work(stores.handle),
      }),
  })
  const driver = testDriver(app)
  const at = <R>(time: number, run: (store: OpenStore<H>) => R): R => {
    let answer: R
    work = store => (answer = run(store))
    driver.input(input).send('k', 'v', { at: time })
    return answer!
  }
  return { driver, at }
}

function restart(driver: TestDriver): void {
  driver.crash()
  driver.restart()
}

const pairs = (rows: Iterable<readonly [unknown, unknown]>): string =>
  [...rows].map(([key, value]) => `${String(key)}=${String(value)}`).join(' ')
const starts = (rows: Iterable<{ readonly start: number; readonly key?: string }>): string =>
  [...rows].map(({ key = '', start }) => `${key}@${start}`).join(' ')

it('B26: stores are declared with a changelog, on disk, and hold nothing back', () => {
  const declare = (options: object) => kvStore('numbers', { key: integer(), value: string(), ...options })
  const kept = { changelog: {}, backend: 'persistent', cache: false }
  expect(declare({}).definition).toMatchObject(kept)
  const settings = { 'retention.ms': '60000' }
  expect(declare({ logging: settings }).definition.changelog).toEqual(settings)
  expect(declare({ logging: false, backend: 'memory' }).definition).toMatchObject({
    changelog: false,
    backend: 'memory',
  })
})

describe('a key-value store', () => {
  const numbers = kvStore('numbers', { key: integer(), value: string() })
  const words = kvStore('words', { key: string(), value: string() })

  it('B1: goes through rows in the order of their bytes, both ways, bounds included', () => {
    const { driver, at } = scripted(words)
    at(1, store => store.putAll(['a', 'b', 'ba', 'c', 'é'].map(each => [each, each.toUpperCase()] as const)))
    restart(driver)
    at(2, store => {
      expect(pairs(store.all())).toBe('a=A b=B ba=BA c=C é=É')
      expect(pairs(store.reverseAll())).toBe('é=É c=C ba=BA b=B a=A')
      expect(pairs(store.range('b', 'c'))).toBe('b=B ba=BA c=C')
      expect(pairs(store.reverseRange('b', 'c'))).toBe('c=C ba=BA b=B')
      expect(pairs(store.range(undefined, 'b'))).toBe('a=A b=B')
      expect(pairs(store.range('bb', undefined))).toBe('c=C é=É')
      expect(pairs(store.range('c', 'b'))).toBe('')
      expect(pairs(store.prefixScan('b', string()))).toBe('b=B ba=BA')
      expect(store.approximateNumEntries()).toBe(5)
    })
  })

  it('B1: has negative numbers after the positive ones, as their bytes are', () => {
    const { at } = scripted(numbers)
    at(1, store => {
      for (const key of [-1, 10, 9, -2]) store.put(key, String(key))
      expect([...store.all()].map(([key]) => key)).toEqual([9, 10, -2, -1])
    })
  })

  it('B1, B2: writes, writes if absent and deletes, at the time of the record or another', () => {
    const { at } = scripted(words)
    at(7, store => {
      expect(store.putIfAbsent('a', '1')).toBeUndefined()
      expect(store.putIfAbsent('a', '2')).toBe('1')
      store.put('b', '3', 99)
      expect(store.getWithTimestamp('a')).toEqual({ value: '1', timestamp: 7 })
      expect(store.getWithTimestamp('b')).toEqual({ value: '3', timestamp: 99 })
      expect(store.delete('a')).toBe('1')
      expect(store.delete('a')).toBeUndefined()
    })
  })

  it('B11: can be changed while it is gone through, and left half-way: there is nothing to close', () => {
    const { at } = scripted(words)
    at(1, store => {
      store.putAll(['a', 'b', 'c'].map(each => [each, each] as const))
      const seen: string[] = []
      for (const [key] of store.all()) {
        seen.push(key)
        store.delete('b')
        store.put('bb', 'new')
        if (key === 'c') break
      }
      expect(seen).toEqual(['a', 'c'])
      expect(pairs(store.all())).toBe('a=a bb=new c=c')
    })
  })

  it('is not gone through where it was declared so', () => {
    const { at } = scripted(kvStore('blind', { key: string(), value: string(), walkable: false }))
    expect(() => at(1, store => store.range('a', 'b'))).toThrow(
      /'blind' was not declared as one to be walked/,
    )
  })

  it('B30: without a changelog is empty after a crash', () => {
    const { driver, at } = scripted(kvStore('lost', { key: string(), value: string(), logging: false }))
    at(1, store => store.put('a', '1'))
    restart(driver)
    expect(at(2, store => pairs(store.all()))).toBe('')
  })
})

describe('an LRU store', () => {
  const few = lruStore('few', { key: string(), value: string(), maxEntries: 2 })

  it('B22: forgets what was used longest ago; reading is using', () => {
    const { driver, at } = scripted(few)
    at(1, store => {
      store.put('a', '1')
      store.put('b', '2')
      expect(store.get('a')).toBe('1')
      store.put('c', '3')
      expect(pairs(store.all())).toBe('a=1 c=3')
      store.put('a', undefined)
      store.put('d', '4')
      expect(pairs(store.all())).toBe('c=3 d=4')
    })
    restart(driver)
    expect(at(2, store => pairs(store.all()))).toBe('c=3 d=4')
    expect(at(3, store => (store.put('e', '5'), pairs(store.all())))).toBe('d=4 e=5')
  })

  it('refuses a limit of nothing', () => {
    const options = { key: string(), value: string(), maxEntries: 0 }
    expect(() => lruStore('none', options)).toThrow(/maxEntries must be an integer of at least 1, not 0/)
  })
})

describe('a window store', () => {
  const windows = windowStore('windows', {
    key: string(),
    value: string(),
    windowSize: '1m',
    retention: '10m',
  })
  const minute = 60_000

  it('B5: finds windows by key and start, bounds included, both ways, over a crash', () => {
    const { driver, at } = scripted(windows)
    at(1, store => {
      for (const [key, start] of [
        ['b', 0],
        ['a', 1],
        ['a', 0],
        ['c', 1],
      ] as const)
        expect(store.put(key, `${key}${start}`, start * minute)).toBe(true)
    })
    restart(driver)
    at(2, store => {
      expect(store.fetch('a', minute)).toBe('a1')
      expect(store.fetch('a', 5)).toBeUndefined()
      expect(starts(store.fetch('a', 0, minute))).toBe('@0 @60000')
      expect(starts(store.backwardFetch('a', 0, minute))).toBe('@60000 @0')
      expect(starts(store.fetchAll(0, 0))).toBe('a@0 b@0')
      expect(starts(store.backwardFetchAll(0, 0))).toBe('b@0 a@0')
      expect(starts(store.fetchRange('b', 'c', 0, minute))).toBe('b@0 c@60000')
      expect(starts(store.fetchRange(undefined, 'a', 0, minute))).toBe('a@0 a@60000')
      expect(starts(store.backwardFetchRange('a', 'b', 0, minute))).toBe('b@0 a@60000 a@0')
      expect(starts(store.all())).toBe('a@0 a@60000 b@0 c@60000')
      expect(starts(store.backwardAll())).toBe('c@60000 b@0 a@60000 a@0')
    })
  })

  it('B23: forgets what the retention has passed, and writes nothing there', () => {
    const { at } = scripted(windows)
    at(1, store => {
      store.put('a', 'old', 0)
      store.put('a', 'new', 10 * minute)
      expect(store.put('a', 'late', 0)).toBe(false)
      expect(starts(store.all())).toBe(`@${10 * minute}`.replace('@', 'a@'))
      expect(store.fetch('a', 0)).toBeUndefined()
    })
  })

  it('B5: deletes a window, keeps its time, and refuses a start before the epoch', () => {
    const { at } = scripted(windows)
    at(9, store => {
      store.put('a', '1', 0)
      store.put('b', '2', 0, 5)
      expect([...store.all()].map(({ timestamp }) => timestamp)).toEqual([9, 5])
      store.put('a', undefined, 0)
      expect(starts(store.all())).toBe('b@0')
      expect(() => store.put('a', '1', -1)).toThrow(RangeError)
    })
  })

  it('B5: with duplicates keeps rows of one key and start side by side, and ignores a row of nothing', () => {
    const both = windowStore('both', {
      key: string(),
      value: string(),
      windowSize: 1,
      retention: '1m',
      duplicates: true,
    })
    const { driver, at } = scripted(both)
    at(1, store => {
      store.put('a', '1', 0)
      store.put('a', '2', 0)
      expect(store.put('a', undefined, 0)).toBe(false)
    })
    restart(driver)
    expect(at(2, store => store.fetch('a', 0, 0).map(({ value }) => value))).toEqual(['1', '2'])
  })

  it('refuses a retention below the size', () => {
    const options = { key: string(), value: string(), windowSize: '2m', retention: '1m' } as const
    expect(() => windowStore('short', options)).toThrow(
      /retention must be at least the window size of 120000 ms/,
    )
  })
})

describe('a session store', () => {
  const sessions = sessionStore('sessions', { key: string(), value: integer(), retention: '10m' })
  const spans = (rows: Iterable<{ start: number; end: number; value: number; key?: string }>): string =>
    [...rows].map(({ key = '', start, end, value }) => `${key}[${start},${end}]=${value}`).join(' ')

  it('B7: finds sessions by overlap, by key and by ranges, both ways, over a crash', () => {
    const { driver, at } = scripted(sessions)
    at(1, store => {
      store.put('a', { start: 0, end: 10 }, 1)
      store.put('a', { start: 20, end: 30 }, 2)
      store.put('b', { start: 5, end: 6 }, 3)
      store.put('c', { start: 7, end: 50 }, 4)
    })
    restart(driver)
    at(2, store => {
      expect(store.fetchSession('a', 20, 30)).toBe(2)
      expect(spans(store.findSessions('a', 10, 20))).toBe('[0,10]=1 [20,30]=2')
      expect(spans(store.findSessions('a', 11, 20))).toBe('[20,30]=2')
      expect(spans(store.backwardFindSessions('a', 0, 100))).toBe('[20,30]=2 [0,10]=1')
      expect(spans(store.fetch('a'))).toBe('[0,10]=1 [20,30]=2')
      expect(spans(store.backwardFetch('a'))).toBe('[20,30]=2 [0,10]=1')
      expect(spans(store.sessions())).toBe('a[0,10]=1 a[20,30]=2 b[5,6]=3 c[7,50]=4')
      expect(spans(store.sessions({ reverse: true, keyFrom: 'b' }))).toBe('c[7,50]=4 b[5,6]=3')
      expect(spans(store.sessions({ keyFrom: 'a', keyTo: 'b', earliestEnd: 10 }))).toBe(
        'a[0,10]=1 a[20,30]=2',
      )
      expect(spans(store.sessions({ latestEnd: 10, latestStart: 4 }))).toBe('a[0,10]=1')
    })
  })

  it('B7: removes sessions, and forgets those that ended before the retention', () => {
    const { at } = scripted(sessions)
    at(1, store => {
      store.put('a', { start: 0, end: 10 }, 1)
      store.remove('a', { start: 0, end: 10 })
      expect(spans(store.fetch('a'))).toBe('')
      store.put('a', { start: 0, end: 700_000 }, 1)
      expect(store.put('b', { start: 0, end: 10 }, 1)).toBe(false)
      expect(() => store.put('a', { start: 2, end: 1 }, 1)).toThrow(RangeError)
    })
  })
})

/** Words by their length: what no store of keys and values is. */
class Lengths implements CustomStore {
  readonly words = new Map<number, Set<string>>()
  closed = false
  private readonly log: (key: Uint8Array, value: Uint8Array | undefined) => void

  constructor(log: (key: Uint8Array, value: Uint8Array | undefined) => void) {
    this.log = log
  }

  add(word: string): void {
    this.take(word)
    this.log(string().serialize(word), new Uint8Array(0))
  }

  remove(word: string): void {
    this.words.get(word.length)?.delete(word)
    this.log(string().serialize(word), undefined)
  }

  ofLength(length: number): readonly string[] {
    return [...(this.words.get(length) ?? [])].sort((a, b) => (a < b ? -1 : 1))
  }

  clear(): void {
    this.words.clear()
  }

  restore(key: Uint8Array): void {
    this.take(string().deserialize(key))
  }

  close(): void {
    this.closed = true
  }

  private take(word: string): void {
    const words = this.words.get(word.length) ?? new Set()
    this.words.set(word.length, words.add(word))
  }
}

describe('a store of the application', () => {
  const lengths = customStore('lengths', { open: ({ log }) => new Lengths(log) })

  it('B9, B10: is made again from what it has logged, after a crash', () => {
    const { driver, at } = scripted(lengths)
    const before = at(1, store => {
      for (const word of ['to', 'be', 'or', 'not']) store.add(word)
      store.remove('or')
      return store
    })
    restart(driver)
    at(2, store => {
      expect(store).not.toBe(before)
      expect([store.ofLength(2), store.ofLength(3)]).toEqual([['be', 'to'], ['not']])
    })
    expect(driver.customStores(lengths).map(each => each.ofLength(3))).toEqual([['not']])
    expect(() => driver.store('lengths')).toThrow(/MR-6103[^]*driver.customStores\('lengths'\)/)
  })

  it('B30: without logging is empty after a crash', () => {
    const { driver, at } = scripted(
      customStore('forgetful', { logging: false, open: ({ log }) => new Lengths(log) }),
    )
    at(1, store => store.add('to'))
    restart(driver)
    expect(at(2, store => store.ofLength(2))).toEqual([])
  })

  it('refuses an open that is no function', () => {
    expect(() => customStore('none', { open: undefined as never })).toThrow(/open must be a function/)
  })
})

describe('a global store in a processor', () => {
  it('is read like any other, and has no way to write (B1)', () => {
    const rates = topic('rates', { key: string(), value: string() })
    let seen = ''
    const app = defineApp({
      id: 'app',
      build: b => {
        const table = b.globalTable(rates, 'rates')
        b.stream(input).process({
          stores: { table },
          process: (_record, { stores }) => {
            seen = pairs(stores.table.range('b', undefined))
            expect(stores.table).not.toHaveProperty('put')
          },
        })
      },
    })
    const limited = lruStore('limited', { key: string(), value: string(), maxEntries: 1 })
    const global = defineApp({
      id: 'app',
      build: b => void b.globalStore(rates, { store: limited, process: () => undefined }),
    })
    expect(() => global.topology()).toThrow(/globalStore: store 'limited' must be one made by kvStore/)
    using driver = testDriver(app)
    driver.input(rates).send('c', '3').send('a', '1').send('b', '2')
    driver.input(input).send('k', 'v')
    expect(seen).toBe('b=2 c=3')
  })
})
