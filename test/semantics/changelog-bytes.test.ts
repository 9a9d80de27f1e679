/**
 * Internal topics hold the bytes that Kafka Streams writes there: an application can take over from one of Kafka's.
 *
 * `test/golden/changelog-records.json` has them, made by `test/golden/ChangelogRecords.java` from the same topologies.
 */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { hexOf } from '../../src/base/bytes.ts'
import {
  bytes,
  defineApp,
  kvStore,
  sessionStore,
  string,
  topic,
  tumbling,
  windowStore,
  type App,
  type Headers,
  type OpenStore,
  type StoreHandle,
  type StreamsBuilder,
} from '../../src/index.ts'
import { testDriver } from '../../src/testing/index.ts'

type Input = readonly [topic: 'in1' | 'in2', key: string, value: string | null, timestamp: number]
/** Input that caused it, key, value, timestamp (null: the wall clock's), headers. */
type Row = readonly [
  number,
  string,
  string | null,
  number | null,
  readonly (readonly [string, string | null])[],
]

interface Golden {
  readonly name: string
  readonly topic: string
  readonly records: readonly Row[]
}

const golden = JSON.parse(
  readFileSync(new URL('../golden/changelog-records.json', import.meta.url), 'utf8'),
) as { readonly cases: readonly Golden[] }

const in1 = topic('in1', { key: string(), value: string() })
const in2 = topic('in2', { key: string(), value: string() })
const out = topic('out', { key: string(), value: string() })
const text = { value: string() }

interface Case {
  readonly build: (b: StreamsBuilder) => void
  readonly inputs: readonly Input[]
}

const suppress: Case = {
  build: b => b.table(in1, 'rows').suppress({ until: 50, name: 'held' }).toStream().to(out),
  inputs: [
    ['in1', 'a', 'one', 100],
    ['in1', 'a', 'two', 110],
    ['in1', 'b', 'other', 120],
    ['in1', 'z', 'on', 165],
    ['in1', 'a', 'three', 170],
    ['in1', 'a', 'four', 171],
    ['in1', 'b', null, 172],
    ['in1', 'ä', 'ö', 173],
    ['in1', 'z', 'on', 400],
  ],
}

/** What leaves early tells how bytes are counted. */
const bounded = (maxBytes: number): Case => ({
  build: b => b.table(in1, 'rows').suppress({ until: '1h', maxBytes, name: 'held' }).toStream().to(out),
  inputs: [
    ['in1', 'a', '12345678', 1],
    ['in1', 'b', '1', 2],
    ['in1', 'a', '123456789012345678', 3],
    ['in1', 'ä', 'ö', 4],
    ['in1', 'a', null, 5],
    ['in1', 'b', '1234567', 6],
    ['in1', 'a', 'x', 7],
    ['in1', 'c', '12345678901234567890', 8],
  ],
})

const finalResults: Case = {
  build: b =>
    b
      .stream(in1)
      .groupByKey()
      .windowedBy(tumbling(10, { grace: 5 }))
      .reduce((left, right) => `${left}+${right}`, { store: 'sums', ...text })
      .suppress({ until: 'window-close', name: 'final' })
      .toStream((_: string, { key }): string => key)
      .to(out),
  inputs: [
    ['in1', 'a', 'x', 3],
    ['in1', 'a', 'y', 4],
    ['in1', 'b', 'z', 12],
    ['in1', 'a', 'w', 9],
    ['in1', 'c', 'v', 40],
  ],
}

const outerJoin: Case = {
  build: b =>
    b
      .stream(in1)
      .outerJoin(b.stream(in2), (left, right) => `${left}+${right}`, {
        within: 10,
        grace: 5,
        store: 'joined',
        ...text,
      })
      .to(out),
  inputs: [
    ['in1', 'a', 'l1', 100],
    ['in1', 'a', 'l2', 100],
    ['in2', 'b', 'r1', 101],
    ['in2', 'a', 'r2', 104],
    ['in1', 'c', '', 106],
    ['in2', 'd', 'r3', 106],
    ['in1', 'x', 'l3', 140],
    ['in1', 'ä', 'ö', 1_700_000_000_000],
  ],
}

const groupedTable: Case = {
  build: b =>
    b
      .table(in1, 'rows')
      .groupBy(value => value.slice(0, 1), { name: 'groups' })
      .reduce({
        add: (left, right) => `${left}+${right}`,
        subtract: (left, right) => `${left}-${right}`,
        store: 'sums',
        ...text,
      })
      .toStream()
      .to(out),
  inputs: [
    ['in1', 'a', 'x1', 1],
    ['in1', 'a', 'x2', 2],
    ['in1', 'a', 'y'.repeat(200), 3],
    ['in1', 'a', `y${'z'.repeat(300)}`, 4],
    ['in1', 'b', 'x3', 5],
    ['in1', 'a', null, 6],
  ],
}

/** Keeps every record with its headers: '-' deletes, 'bare' is kept without. */
function keeping<H extends StoreHandle>(
  kept: H,
  keep: (
    store: OpenStore<H>,
    row: { key: string; value: string | undefined; at: number; headers: Headers },
  ) => void,
): Case {
  return {
    build: b =>
      void b.stream(in1).process({
        stores: { kept },
        process: ({ key, value, timestamp: at, headers }, { stores }) =>
          keep((stores as { readonly kept: OpenStore<H> }).kept, {
            key,
            value: value === '-' ? undefined : value,
            at,
            headers: value === 'bare' ? [] : headers,
          }),
      }),
    inputs: [
      ['in1', 'a', 'one', 100],
      ['in1', 'a', 'bare', 101],
      ['in1', 'b', 'two', 102],
      ['in1', 'b', '-', 103],
      ['in1', 'c', '-', 104],
      ['in1', 'ä', 'ö', 105],
    ],
  }
}

const kept = { key: string(), value: string(), headers: true } as const
const within = { windowSize: 10, retention: '1h' } as const

const rowsWithHeaders = keeping(kvStore('kept', kept), (store, { key, value, at, headers }) => {
  if (value === undefined) store.delete(key)
  else store.put(key, { value, headers }, at + 5)
})

const windowsWithHeaders = keeping(
  windowStore('kept', { ...kept, ...within }),
  (store, { key, value, at, headers }) => {
    const start = at - (at % 10)
    if (value === undefined) store.put(key, undefined, start)
    else store.put(key, { value, headers }, start, at + 5)
  },
)

const sessionsWithHeaders = keeping(
  sessionStore('kept', { ...kept, retention: '1h' }),
  (store, { key, value, headers }) => {
    const session = { start: 90, end: 95 }
    if (value === undefined) store.remove(key, session)
    else store.put(key, session, { value, headers })
  },
)

const cases: Readonly<Record<string, Case>> = {
  suppress,
  'suppress until windows close': finalResults,
  'held records of an outer join': outerJoin,
  'changes of a grouped table': groupedTable,
  'rows with headers': rowsWithHeaders,
  'windows with headers': windowsWithHeaders,
  'sessions with headers': sessionsWithHeaders,
}

function caseOf(name: string): Case {
  const bytesMax = /^suppress, at most (\d+) bytes$/.exec(name)?.[1]
  return bytesMax === undefined ? cases[name]! : bounded(Number(bytesMax))
}

/** What a topic of the application gets, in Kafka's rows: those of one input sorted, as Kafka's order is that of hashes. */
function rowsOf({ build, inputs }: Case, topicName: string): readonly Row[] {
  const app: App = defineApp({
    id: 'app',
    build(b) {
      build(b)
      // A topic that is chosen at run time, so that the driver shows any.
      const anywhere = { key: string(), value: string(), choose: () => 'none' }
      b.stream(topic('unused', { key: string(), value: string() })).to(anywhere)
    },
  })
  using driver = testDriver(app)
  const written = driver.output(topic(topicName, { key: bytes(), value: bytes() }))
  const rows: Row[] = []
  for (const [n, [name, key, value, at]] of inputs.entries()) {
    const headers = [
      { key: 'n', value: new TextEncoder().encode(`${n}`) },
      { key: 'none', value: null },
    ]
    driver.input(name === 'in1' ? in1 : in2).send(key, value, { at, headers })
    const found = written
      .readAll()
      .map((record): Row => [
        n,
        hexOf(record.key),
        record.value === undefined ? null : hexOf(record.value),
        record.timestamp,
        record.headers.map(header => [header.key, header.value === null ? null : hexOf(header.value)]),
      ])
    rows.push(...found.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)))
  }
  return rows
}

describe.each(golden.cases)('$name', ({ name, topic: topicName, records }) => {
  it('is written as Kafka writes it, byte for byte', () => {
    const rows = rowsOf(caseOf(name), topicName)
    // Kafka leaves the time of a buffer's record to the producer, which takes the wall clock's.
    const comparable = rows.map(([n, key, value, time, headers], index): Row => {
      const isTimed = records[index]?.[3] !== null
      return [n, key, value, isTimed ? time : null, headers]
    })
    expect(comparable).toEqual(records)
  })
})
