/** Stores that keep values with headers (B3, B6, B8): what processors see of them, over crashes, and their bytes (H8). */
import { describe, expect, it } from 'vitest'
import { hexOf } from '../../../src/base/bytes.ts'
import { utf8Bytes } from '../../../src/base/text.ts'
import {
  defineApp,
  integer,
  kvStore,
  sessionStore,
  string,
  topic,
  windowStore,
  type Headers,
} from '../../../src/index.ts'
import { joinHeaders, splitHeaders, valueWithHeaders } from '../../../src/state/value-headers.ts'
import { testDriver } from '../../../src/testing/index.ts'

const words = topic('words', { key: string(), value: string() })
const kept = { key: string(), value: string(), headers: true } as const
const rows = kvStore('rows', kept)
const windows = windowStore('windows', { ...kept, windowSize: 10, retention: 100 })
const sessions = sessionStore('sessions', { ...kept, retention: 100 })

const app = defineApp({
  id: 'app',
  build(b) {
    b.stream(words).process({
      stores: { rows, windows, sessions },
      process({ key, value, timestamp, headers }, { stores }) {
        const row = value === 'gone' ? undefined : { value, headers }
        stores.rows.put(key, row)
        stores.windows.put(key, row, timestamp)
        stores.sessions.put(key, { start: timestamp, end: timestamp + 1 }, row)
      },
    })
  },
})

const headersOf = (text: string): Headers => [{ key: 'n', value: utf8Bytes(text) }]

describe('stores with headers', () => {
  it('answer values with the headers that they were put with, after a crash too', () => {
    using driver = testDriver(app)
    driver.input(words).send('a', 'x', { at: 1, headers: { n: '0' } })
    driver.input(words).send('b', 'y', { at: 2 })
    const expected = { value: 'x', headers: headersOf('0') }
    const check = (): void => {
      expect(driver.store(rows).get('a')).toEqual(expected)
      expect(driver.store(rows).get('b')).toEqual({ value: 'y', headers: [] })
      expect(driver.windowStore(windows).fetch('a', 1)).toMatchObject({ value: expected })
      expect(driver.sessionStore(sessions).fetch('a')).toMatchObject([{ start: 1, end: 2, value: expected }])
    }
    check()
    driver.crash()
    driver.restart()
    check()
  })

  it('delete like others', () => {
    using driver = testDriver(app)
    driver
      .input(words)
      .send('a', 'x', { at: 1, headers: { n: '0' } })
      .send('a', 'gone', { at: 1 })
    driver.crash()
    driver.restart()
    expect(driver.store(rows).toMap()).toEqual(new Map())
    expect(driver.windowStore(windows).fetch('a', 1)).toBeUndefined()
    expect(driver.sessionStore(sessions).fetch('a')).toEqual([])
  })

  it('log the last write of a commit: a row that came back is not its delete', () => {
    using driver = testDriver(app, { cache: true })
    driver
      .input(words)
      .send('a', 'gone', { at: 1, headers: { n: '0' } })
      .send('a', 'x', { at: 1 })
    driver.commit()
    driver.crash()
    driver.restart()
    expect(driver.store(rows).get('a')).toEqual({ value: 'x', headers: [] })
  })

  it('hold no memory but their own: headers are copied when they are put', () => {
    const shared = utf8Bytes('0')
    const copying = defineApp({
      id: 'app',
      build: b =>
        void b.stream(words).process({
          stores: { rows },
          process: ({ key, value }, { stores }) =>
            stores.rows.put(key, { value, headers: [{ key: 'n', value: shared }] }),
        }),
    })
    using driver = testDriver(copying)
    driver.input(words).send('a', 'x')
    shared[0] = 57
    expect(driver.store(rows).get('a')).toEqual({ value: 'x', headers: headersOf('0') })
  })
})

describe('the bytes of a value with headers', () => {
  it.each<[string, Headers, string]>([
    ['none', [], '0078'],
    ['one', headersOf('0'), '0a02026e023078'],
    ['one without a value', [{ key: 'n', value: null }], '0802026e0178'],
  ])('are the size of the headers, the headers (%s), the value (H8)', (_, headers, hex) => {
    const bytes = joinHeaders(headers, utf8Bytes('x'))
    expect(hexOf(bytes)).toBe(hex)
    expect(splitHeaders(bytes)).toEqual({ headers, value: utf8Bytes('x') })
  })

  it('are read by the serde of the store', () => {
    const serde = valueWithHeaders(integer())
    const value = { value: 7, headers: headersOf('1') }
    expect(serde.deserialize(serde.serialize(value))).toEqual(value)
  })

  it.each(['', '04', '0c02026e0230', '01'])('are refused where they are malformed: %s', hex => {
    const bytes = Uint8Array.from(Buffer.from(hex, 'hex'))
    expect(() => splitHeaders(bytes)).toThrow(RangeError)
  })
})
