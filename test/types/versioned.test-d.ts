/** Types of versioned tables and stores: what lookups answer, and where versions do not compile. */
import {
  integer,
  json,
  session,
  string,
  topic,
  tumbling,
  versionedStore,
  type KStream,
  type KTable,
  type StreamsBuilder,
  type ValueVersion,
} from '../../src/index.ts'
import { expectType } from './same-type.ts'

interface Order {
  readonly item: string
}

const orders = topic('orders', { key: string(), value: json<Order>() })
const prices = topic('prices', { key: string(), value: integer() })
const known = versionedStore('known', {
  key: string(),
  value: integer(),
  history: '1h',
  segmentInterval: '5m',
})

export function tables(b: StreamsBuilder): void {
  const table = b.table(prices, { store: 'prices', versioned: '1h' })
  expectType<KTable<string, number>>()(table)
  const joined = b.stream(orders).leftJoin(table, (_order, price) => price, {
    grace: '5m',
    left: json<Order>(),
    name: 'priced',
  })
  expectType<KStream<string, number | undefined>>()(joined)
  const kept = { store: 'kept', versioned: { history: '1d', segmentInterval: '1h' } } as const
  table.filter(price => price > 0, kept)
  table.mapValues(price => price * 2, kept)
  b.stream(prices).toTable(kept)
  b.stream(prices).groupByKey().count(kept)

  // @ts-expect-error: windows keep no versions
  b.stream(prices).groupByKey().windowedBy(tumbling('1m')).count(kept)
  // @ts-expect-error: sessions keep no versions
  b.stream(prices).groupByKey().windowedBy(session('1m')).count(kept)
  // @ts-expect-error: global tables keep no versions
  b.globalTable(prices, kept)
  // @ts-expect-error: a duration has a unit of time
  b.table(prices, { store: 'prices', versioned: '5x' })
  // @ts-expect-error: the serde of what waits is that of the stream
  b.stream(orders).join(table, () => 1, { grace: '1m', left: integer() })
}

export function processors(b: StreamsBuilder): void {
  b.stream(prices).processValues({
    stores: { known },
    *process({ key, value }, { stores }) {
      expectType<number | undefined>()(stores.known.get(key))
      expectType<number | undefined>()(stores.known.get(key, 1000))
      expectType<ValueVersion<number> | undefined>()(stores.known.getVersion(key))
      expectType<readonly ValueVersion<number>[]>()(stores.known.versions(key, { from: 0, to: 1000 }))
      expectType<number | undefined>()(stores.known.put(key, value))
      // @ts-expect-error: values are numbers
      stores.known.put(key, 'text')
      yield value
    },
  })
  // @ts-expect-error: a history is needed
  versionedStore('known', { key: string(), value: integer() })
}
