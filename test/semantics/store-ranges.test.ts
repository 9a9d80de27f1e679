/** Rows of processors' stores in the order in which Apache Kafka Streams has them (B1, B5, B7): golden answers. */
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import {
  defineApp,
  kvStore,
  sessionStore,
  string,
  topic,
  windowStore,
  type OpenStores,
} from '../../src/index.ts'
import { testDriver } from '../../src/testing/index.ts'

/** Made by StoreRanges.java beside it. */
const golden = JSON.parse(readFileSync('test/golden/store-ranges.json', 'utf8')) as Record<string, string>

const text = { key: string(), value: string() }
const stores = {
  kv: kvStore('kv', text),
  w: windowStore('w', { ...text, windowSize: '1m', retention: '10m' }),
  s: sessionStore('s', { ...text, retention: '10m' }),
}
type Stores = OpenStores<typeof stores>
const minute = 60_000
const last = 7 * minute

function fill({ kv, w, s }: Stores): void {
  for (const key of ['b', 'é', 'a', 'ba', 'c', 'B']) kv.put(key, key)
  for (const [key, at] of [
    ['b', 0],
    ['a', 1],
    ['a', 0],
    ['c', 1],
    ['b', 6],
    ['a', 7],
    ['ab', 2],
  ] as const)
    w.put(key, 'v', at * minute)
  for (const [key, start, end] of [
    ['a', 0, 1],
    ['a', 2, 3],
    ['b', 0, 1],
    ['c', 1, 4],
    ['a', 6, 7],
    ['b', 7, 8],
  ] as const)
    s.put(key, { start: start * minute, end: end * minute }, 'v')
}

const keys = (rows: Iterable<readonly [string, string]>): string => [...rows].map(([key]) => key).join(' ')
const starts = (rows: Iterable<{ readonly start: number }>): string =>
  [...rows].map(({ start }) => `@${start / minute}`).join(' ')
/** A window ends a minute after its start; a session says its end. */
const spans = (
  rows: Iterable<{ readonly key?: string; readonly start: number; readonly end?: number }>,
): string =>
  [...rows]
    .map(({ key = 'a', start, end = start + minute }) => `${key}@${start / minute}-${end / minute}`)
    .join(' ')

const calls: Readonly<Record<string, (stores: Stores) => string>> = {
  all: ({ kv }) => keys(kv.all()),
  reverseAll: ({ kv }) => keys(kv.reverseAll()),
  'range b c': ({ kv }) => keys(kv.range('b', 'c')),
  'reverseRange b c': ({ kv }) => keys(kv.reverseRange('b', 'c')),
  'range - b': ({ kv }) => keys(kv.range(undefined, 'b')),
  'range bb -': ({ kv }) => keys(kv.range('bb', undefined)),
  'range c b': ({ kv }) => keys(kv.range('c', 'b')),
  'prefixScan b': ({ kv }) => keys(kv.prefixScan('b', string())),
  'w all': ({ w }) => spans(w.all()),
  'w backwardAll': ({ w }) => spans(w.backwardAll()),
  'w fetchAll 1 6': ({ w }) => spans(w.fetchAll(minute, 6 * minute)),
  'w backwardFetchAll 1 6': ({ w }) => spans(w.backwardFetchAll(minute, 6 * minute)),
  'w fetch a 0 7': ({ w }) => starts(w.fetch('a', 0, last)),
  'w backwardFetch a 0 7': ({ w }) => starts(w.backwardFetch('a', 0, last)),
  'w fetch a b 0 7': ({ w }) => spans(w.fetchRange('a', 'b', 0, last)),
  'w backwardFetch a b 0 7': ({ w }) => spans(w.backwardFetchRange('a', 'b', 0, last)),
  'w fetch - a 0 7': ({ w }) => spans(w.fetchRange(undefined, 'a', 0, last)),
  's findSessions a 1 2': ({ s }) => spans(s.findSessions('a', minute, 2 * minute)),
  's backwardFindSessions a 0 9': ({ s }) => spans(s.backwardFindSessions('a', 0, 9 * minute)),
  's fetch a': ({ s }) => spans(s.fetch('a')),
  's fetch a b': ({ s }) => spans(s.sessions({ keyFrom: 'a', keyTo: 'b' })),
  's backwardFetch a b': ({ s }) => spans(s.sessions({ keyFrom: 'a', keyTo: 'b', reverse: true })),
  's findSessions a b 3 6': ({ s }) =>
    spans(s.sessions({ keyFrom: 'a', keyTo: 'b', earliestEnd: 3 * minute, latestStart: 6 * minute })),
}

/** What every call answers, in a processor whose stores were filled before, or were filled and then restored. */
function answers(isRestored: boolean): Record<string, string> {
  const input = topic('in', text)
  const found: Record<string, string> = {}
  const app = defineApp({
    id: 'app',
    build: b =>
      b.stream(input).process({
        stores,
        process: ({ value }, context) => {
          if (value === 'fill') fill(context.stores)
          else for (const [name, call] of Object.entries(calls)) found[name] = call(context.stores)
        },
      }),
  })
  using driver = testDriver(app)
  driver.input(input).send('k', 'fill')
  if (isRestored) {
    driver.crash()
    driver.restart()
  }
  driver.input(input).send('k', 'ask')
  return found
}

it('answers what Kafka answers', () => expect(answers(false)).toEqual(golden))
it('answers the same when it was restored', () => expect(answers(true)).toEqual(golden))
