/**
 * What the compiler says of misuse. Each `says:` comment has words that must be in the message for the line below it, under
 * every supported TypeScript: the remedy, or what is missing. `npm run types` holds the messages against them.
 */
import {
  int64,
  json,
  kvStore,
  list,
  session,
  string,
  topic,
  tumbling,
  unlimited,
  type StreamsBuilder,
} from 'millrace'

interface Order {
  readonly id: string
  readonly customer: bigint
  readonly amount: number
  readonly tags: readonly string[]
}

const orders = topic('orders', { key: string(), value: json<Order>() })
const texts = topic('texts', { key: string(), value: string() })
const byNumber = topic('by-number', { key: int64(), value: json<Order>() })

export function asynchronous(b: StreamsBuilder): void {
  const stream = b.stream(orders)
  const table = b.table(orders)
  const grouped = stream.groupByKey()

  // says: AsyncCallbackNotAllowed | use mapValuesAsync
  stream.mapValues(async order => order.amount)
  // says: AsyncCallbackNotAllowed | use mapValuesAsync
  stream.filter(async order => order.amount > 1)
  // says: AsyncCallbackNotAllowed | use mapValuesAsync
  stream.filterNot(async order => order.amount > 1)
  // says: AsyncCallbackNotAllowed | use mapValuesAsync
  stream.flatMapValues(async order => order.tags)
  // says: AsyncCallbackNotAllowed | use mapValuesAsync
  stream.flatMap(async (order, key) => [[key, order.amount] as const])
  // says: AsyncCallbackNotAllowed | use mapValuesAsync
  stream.map(async (order, key) => [key, order] as const)
  // says: AsyncCallbackNotAllowed | use mapValuesAsync
  stream.selectKey(async order => order.id)
  // says: AsyncCallbackNotAllowed | use mapValuesAsync
  stream.groupBy(async order => order.id)
  // says: AsyncCallbackNotAllowed | use mapValuesAsync
  stream.peek(async order => void order.amount)
  // says: AsyncCallbackNotAllowed | use mapValuesAsync
  stream.foreach(async order => void order.amount)
  // says: AsyncCallbackNotAllowed | use mapValuesAsync
  stream.leftJoin(table, async order => order)
  // says: AsyncCallbackNotAllowed | use mapValuesAsync
  table.mapValues(async order => order.amount)
  // says: AsyncCallbackNotAllowed | use mapValuesAsync
  table.filter(async order => order.amount > 1)
  // says: AsyncCallbackNotAllowed | use mapValuesAsync
  grouped.reduce(async (_sum, order) => order)
  // says: AsyncCallbackNotAllowed | use mapValuesAsync
  grouped.aggregate({ initial: () => 0, add: async (sum, order) => sum + order.amount })
  // says: AsyncCallbackNotAllowed | use mapValuesAsync
  grouped.windowedBy(tumbling('5m')).reduce(async (_sum, order) => order)
}

export function keys(b: StreamsBuilder): void {
  const stream = b.stream(orders)
  // says: keys other than strings name their serde: { key: int64() }
  stream.groupBy(order => order.customer)
  // says: keys other than strings name their serde: { key: int64() }
  stream.selectKey(order => order.customer)
  // says: 'bigint' is not assignable to type 'string
  stream.selectKey(order => order.customer, { key: string() })
}

export function durations(b: StreamsBuilder): void {
  const grouped = b.stream(orders).groupByKey()
  // says: '"5x"' is not assignable | number | `${number}m`
  grouped.windowedBy(tumbling('5x'))
  // says: '"soon"' is not assignable | `${number}ms`
  grouped.windowedBy(tumbling('5m', { grace: 'soon' }))
  // says: use tumbling, hopping, sliding or session windows
  grouped.windowedBy(unlimited(), { emit: 'close' })
}

export function sinks(b: StreamsBuilder): void {
  // says: make keys and values those of the topic first | 'string' is not assignable to type 'Order'
  b.stream(texts).to(orders)
  // says: make keys and values those of the topic first | 'string' is not assignable to type 'bigint'
  b.stream(orders).to(byNumber)
  // says: Property 'amout' does not exist | Did you mean 'amount'?
  b.stream(orders).filter(order => order.amout > 1)
}

export function joins(b: StreamsBuilder): void {
  const table = b.table(orders)
  // says: the keys of these tables differ | { on: order => order.customer }
  table.join(b.table(byNumber), (order, other) => order.amount + other.amount)
  // says: the keys of these tables differ | { on: order => order.customer }
  table.leftJoin(b.table(byNumber), order => order.amount, 'amounts')
}

export function moreJoins(b: StreamsBuilder): void {
  const stream = b.stream(orders)
  // says: say how far apart in time records may be
  stream.join(b.stream(texts), order => order.amount)
  // says: AsyncCallbackNotAllowed | use mapValuesAsync
  stream.outerJoin(b.stream(texts), async order => order, { within: '5m' })
  // says: '"5x"' is not assignable | `${number}m`
  stream.join(b.stream(texts), order => order, { within: '5x' })
  // says: Type 'string' is not assignable to type 'undefined'
  b.globalTable(texts, { store: 'texts', versioned: '1h' })
}

export function folds(b: StreamsBuilder): void {
  const grouped = b.stream(orders).groupByKey()
  // says: 'merge' is missing
  grouped.windowedBy(session('5m')).aggregate({ initial: () => 0, add: sum => sum + 1 })
  const byId = b.table(orders).groupBy(order => order.id)
  // says: 'subtract' is missing
  byId.aggregate({ initial: () => 0, add: sum => sum + 1 })
  // says: 'ttl' does not exist
  grouped.windowedBy(tumbling('5m')).count({ store: 'windows', ttl: '1h' })
  // says: Type 'string' is not assignable to type 'undefined'
  grouped.windowedBy(tumbling('5m')).count({ store: 'windows', versioned: '1h' })
  // says: Type 'number' is not assignable to type 'bigint'
  grouped.count({ store: 'counts', value: int64() })
}

export function beyondKafka(b: StreamsBuilder): void {
  const stream = b.stream(orders)
  // says: within
  stream.dedupe({ by: order => order.id })
  // says: '"5x"' is not assignable
  stream.dedupe({ by: order => order.id, within: '5x' })
  // says: '"any"' is not assignable
  stream.mapValuesAsync(async order => order.amount, { ordering: 'any' })
  // says: "emit-early"
  b.table(orders).suppress({ until: 'window-close', whenFull: 'emit-early' })
  // says: until
  b.table(orders).suppress({ maxRecords: 5 })
}

export function serdes(b: StreamsBuilder): void {
  // says: Property 'value' is missing
  topic('half', { key: string() })
  // says: value
  kvStore('half', { key: string() })
  // says: 'string' is not assignable to parameter of type 'bigint'
  b.stream(topic('lists', { key: string(), value: list(int64()) })).filter(items => items.includes('x'))
}
