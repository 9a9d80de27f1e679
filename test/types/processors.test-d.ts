/** Types of processors and of joins with global tables: what is inferred from what is yielded, and from stores. */
import {
  customStore,
  int64,
  integer,
  json,
  kvStore,
  lruStore,
  sessionStore,
  storeOf,
  StreamRecord,
  string,
  topic,
  windowStore,
  type CustomStore,
  type GlobalKTable,
  type KStream,
  type KTable,
  type Processor,
  type ProcessorSessionStore,
  type ProcessorStore,
  type ProcessorWindowStore,
  type ReadableStore,
  type StreamsBuilder,
  type ValueWithHeaders,
} from '../../src/index.ts'
import { expectType } from './same-type.ts'

interface Payment {
  card: string
  country: string
}
interface Seen {
  country: string
  at: number
}

const payments = topic('payments', { key: string(), value: json<Payment>() })
const cards = topic('cards', { key: string(), value: json<{ limit: number }>() })
const lastSeen = kvStore('last-seen', { key: string(), value: json<Seen>() })

export function types(b: StreamsBuilder): void {
  const stream = b.stream(payments)
  const table = b.globalTable(cards, 'cards')
  expectType<GlobalKTable<string, { limit: number }>>()(table)

  const alerts = stream.process({
    stores: { lastSeen, cards: table },
    *process({ key, value, timestamp }, { stores }) {
      expectType<ProcessorStore<string, Seen>>()(stores.lastSeen)
      expectType<ReadableStore<string, { limit: number }>>()(stores.cards)
      const before = stores.lastSeen.get(key)
      stores.lastSeen.put(key, { country: value.country, at: timestamp })
      if (before !== undefined) yield { key, value: { from: before.country, to: value.country } }
    },
    punctuate: {
      every: '1h',
      clock: 'wall',
      run({ stores, now }) {
        for (const [card, seen] of stores.lastSeen.all()) if (now - seen.at > 1) stores.lastSeen.delete(card)
      },
    },
  })
  expectType<KStream<string, { from: string; to: string }>>()(alerts)

  // @ts-expect-error keys that are not strings need a serde
  stream.process({ process: ({ value }) => [{ key: 1n, value }] })
  expectType<KStream<bigint, Payment>>()(
    stream.process({ key: int64(), process: ({ value }) => [{ key: 1n, value }] }),
  )

  expectType<KStream<string, number>>()(stream.processValues({ process: ({ key }) => [key.length] }))

  const joined = stream.join(table, (payment, card) => `${payment.country} ${card.limit}`, {
    on: payment => payment.card,
  })
  expectType<KStream<string, string>>()(joined)
  // @ts-expect-error there may be no row
  stream.leftJoin(table, (_payment, card) => card.limit, { on: payment => payment.card })
  // @ts-expect-error the table has other keys
  stream.join(table, (_payment, card) => card.limit, { on: payment => payment.card.length })
}

interface Visit {
  readonly length: number
}

class Counter implements CustomStore {
  count = 0
  clear(): void {
    this.count = 0
  }
  restore(): void {
    this.count++
  }
}

const visits = sessionStore('visits', { key: string(), value: json<Visit>(), retention: '1h' })
const recent = windowStore('recent', { key: string(), value: int64(), windowSize: '1m', retention: '1h' })
const few = lruStore('few', { key: int64(), value: string(), maxEntries: 10 })
const own = customStore('own', { open: () => new Counter() })

/** Stores of every kind, results with a time of their own, and punctuations that are chosen. */
export function stores(b: StreamsBuilder): void {
  const stream = b.stream(payments)
  const cardTable = b.globalTable(cards, 'global-cards')
  const results = stream.processValues({
    stores: { visits, recent, few, own, cardTable },
    *process({ key }, { stores: opened, result, recordMetadata, schedule }) {
      expectType<ProcessorSessionStore<string, Visit>>()(opened.visits)
      expectType<ProcessorWindowStore<string, bigint>>()(opened.recent)
      expectType<ProcessorStore<bigint, string>>()(opened.few)
      expectType<Counter>()(opened.own)
      expectType<ReadableStore<string, { limit: number }>>()(opened.cardTable)
      // @ts-expect-error global tables are written by nobody
      opened.cardTable.put(key, { limit: 1 })
      // @ts-expect-error the keys of the store are bigints
      opened.few.get(key)
      // @ts-expect-error not a duration
      schedule({ every: '5x', run: () => undefined })
      yield recordMetadata?.offset ?? -1
      yield result(2, { timestamp: 1 })
    },
  })
  expectType<KStream<string, number>>()(results)

  const chosen = stream.process({
    process: ({ key }) => [{ key, value: 1 }],
    punctuate: ({ taskId }) => ({ every: '1m', run: () => [{ key: taskId, value: 2 }] }),
  })
  expectType<KStream<string, number>>()(chosen)
}

/** What processors of a `Topology` forward, and the stores of handles. */
export const typed: Processor<string, string, string, number> = {
  init(context) {
    expectType<ProcessorStore<bigint, string>>()(storeOf(context, few))
    // @ts-expect-error the values of the processor are numbers
    context.forward(new StreamRecord('k', 'v', 0))
  },
  process: () => undefined,
}

export function headers(b: StreamsBuilder): void {
  const noted = kvStore('noted', { key: string(), value: integer(), headers: true })
  const plain = kvStore('plain', { key: string(), value: integer(), headers: false })
  b.stream(payments).process({
    stores: { noted, plain },
    process({ key, headers }, { stores }) {
      expectType<ProcessorStore<string, ValueWithHeaders<number>>>()(stores.noted)
      expectType<ProcessorStore<string, number>>()(stores.plain)
      stores.noted.put(key, { value: 1, headers })
      // @ts-expect-error the store keeps headers
      stores.noted.put(key, 1)
    },
  })
}

export function transformers(b: StreamsBuilder): void {
  const table = b.table(topic('prices', { key: string(), value: integer() }))
  const highest = kvStore('highest', { key: string(), value: integer() })
  const transformed = table.transformValues({
    stores: { highest },
    transform: (price, item, { stores, timestamp }) => {
      expectType<number | undefined>()(price)
      expectType<string>()(item)
      expectType<number | undefined>()(stores.highest.get(item))
      return `${price}@${timestamp}`
    },
    punctuate: { every: '1m', run: ({ stores }) => stores.highest.delete('a') },
  })
  expectType<KTable<string, string>>()(transformed)
  table.transformValues({
    stores: { highest },
    // @ts-expect-error the store has numbers
    transform: (price, item, { stores }) => stores.highest.put(item, `${price}`),
  })
  // @ts-expect-error a table cannot wait for a promise
  table.transformValues({ transform: async price => price })
  // @ts-expect-error there is no such store
  table.transformValues({ transform: (_price, item, { stores }) => stores.highest.get(item) })
}
