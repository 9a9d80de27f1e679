/** Types of the stream operators: what callbacks get, what comes out, and what does not compile. */
import {
  int64,
  json,
  MemoryBytes,
  storeSupplier,
  string,
  topic,
  tumbling,
  type KGroupedStream,
  type KStream,
  type RecordContext,
  type StreamsBuilder,
} from '../../src/index.ts'
import { expectType } from './same-type.ts'

type Order = { kind: 'card'; amount: number; card: string } | { kind: 'cash'; amount: number }
type CardOrder = Extract<Order, { kind: 'card' }>

const orders = topic('orders', { key: string(), value: json<Order>() })

export function backends(b: StreamsBuilder): void {
  const grouped = b.stream(orders).groupByKey()
  grouped.count({ store: 'counts', backend: storeSupplier('own', () => new MemoryBytes()) })
  // @ts-expect-error there is no such backend
  grouped.count({ store: 'counts', backend: 'disk' })
  // @ts-expect-error windows expire, and are not bounded by number
  grouped.windowedBy(tumbling('1h')).count({ store: 'counts', maxEntries: 5 })
  // @ts-expect-error a supplier answers an ordered map of bytes
  storeSupplier('own', () => new Map())
}

export function types(b: StreamsBuilder): void {
  const stream = b.stream(orders)
  expectType<KStream<string, Order>>()(stream)

  const isCard = (order: Order): order is CardOrder => order.kind === 'card'
  expectType<KStream<string, CardOrder>>()(stream.filter(isCard))
  expectType<KStream<string, Order>>()(stream.filter(order => order.amount > 3))
  stream.peek((order, key, context) => {
    expectType<Order>()(order)
    expectType<string>()(key)
    expectType<RecordContext>()(context)
  })
  expectType<void>()(stream.foreach((order, key) => void [order.amount, key.length]))
  // @ts-expect-error there is no such property
  stream.filter(order => order.amout > 3)

  expectType<KStream<string, number>>()(stream.mapValues(order => order.amount))
  // @ts-expect-error operators are synchronous
  stream.mapValues(async order => order.amount)
  // @ts-expect-error so are joiners
  stream.join(b.table(orders), async order => order.amount)
  expectType<KStream<string, string>>()(stream.flatMapValues(order => [order.kind, `${order.amount}`]))
  // @ts-expect-error not a list of values
  stream.flatMapValues(order => order.amount)

  keys(stream)
  branches(stream)
  merged(stream, b)
}

function keys(stream: KStream<string, Order>): void {
  expectType<KStream<'card' | 'cash', Order>>()(stream.selectKey(order => order.kind))
  expectType<KStream<bigint, Order>>()(stream.selectKey(order => BigInt(order.amount), { key: int64() }))
  // @ts-expect-error keys other than strings must name their serde
  stream.selectKey(order => BigInt(order.amount))
  // @ts-expect-error and the right one
  stream.selectKey(order => order.amount, { key: int64() })

  expectType<KStream<'card' | 'cash', number>>()(stream.map(order => [order.kind, order.amount]))
  // @ts-expect-error keys other than strings must name their serde
  stream.map(order => [order.amount, order])
  // @ts-expect-error a pair has two members
  stream.map(order => [order.kind])
  expectType<KStream<string, number>>()(stream.flatMap((order, key) => [[key, order.amount] as const]))

  expectType<KGroupedStream<'card' | 'cash', Order>>()(stream.groupBy(order => order.kind))
  expectType<KGroupedStream<bigint, Order>>()(stream.groupBy(order => BigInt(order.amount), { key: int64() }))
  // @ts-expect-error keys other than strings must name their serde
  stream.groupBy(order => BigInt(order.amount))
  expectType<KGroupedStream<string, Order>>()(stream.groupByKey())
  // @ts-expect-error that would be groupBy
  stream.groupByKey((order: Order) => order.kind)
}

function branches(stream: KStream<string, Order>): void {
  const { card, large, rest } = stream.branch({
    card: (order): order is CardOrder => order.kind === 'card',
    large: order => order.amount > 100,
  })
  expectType<KStream<string, CardOrder>>()(card)
  expectType<KStream<string, Order>>()(large)
  expectType<KStream<string, Order>>()(rest)
  // @ts-expect-error there is no such branch
  stream.branch({ card: order => order.kind === 'card' }).cash.peek(() => {})

  const [first] = stream.branch([{ when: order => order.amount > 100 }])
  expectType<KStream<string, Order> | undefined>()(first)
}

function merged(stream: KStream<string, Order>, b: StreamsBuilder): void {
  const numbers = b.stream(topic('numbers', { key: string(), value: int64() }))
  expectType<KStream<string, Order | bigint>>()(stream.merge(numbers))
  const elsewhere = b.stream(topic('by-number', { key: int64(), value: json<Order>() }))
  // @ts-expect-error keys of two types cannot be merged
  stream.merge(elsewhere)
  expectType<KStream<string, number>>()(stream.through(s => s.mapValues(({ amount }) => amount)))
}
