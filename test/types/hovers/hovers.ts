/** What the compiler infers, as a reader sees it when pointing at a name: see `npm run types`. */
import { json, kvStore, session, string, topic, tumbling, type StreamsBuilder } from 'millrace'

interface Order {
  readonly id: string
  readonly customer: string
  readonly amount: number
}
interface Customer {
  readonly name: string
  readonly tier: 'free' | 'gold'
}

interface EnrichedOrder extends Order {
  readonly tier: 'free' | 'gold'
}

const orders = topic('orders', { key: string(), value: json<Order>() })
const customers = topic('customers', { key: string(), value: json<Customer>() })
const lastSeen = kvStore('last-seen', { key: string(), value: json<{ at: number }>() })

export function streams(b: StreamsBuilder) {
  const source = b.stream(orders)
  const amounts = source.mapValues(order => order.amount)
  const pairs = source.map(order => [order.customer, order.amount])
  const byCustomer = source.groupBy(order => order.customer)
  const { large, rest } = source.branch({ large: order => order.amount > 100 })
  const enriched = source.leftJoin(b.table(customers), (order, customer): EnrichedOrder => ({
    ...order,
    tier: customer?.tier ?? 'free',
  }))
  return { source, amounts, pairs, byCustomer, large, rest, enriched }
}

export function tables(b: StreamsBuilder) {
  const table = b.table(customers)
  const names = table.mapValues(customer => customer.name)
  const byTier = table.groupBy(customer => customer.tier)
  const sizes = byTier.count('tiers')
  return { table, names, byTier, sizes }
}

export function windows(b: StreamsBuilder) {
  const grouped = b.stream(orders).groupByKey()
  const counted = grouped.windowedBy(tumbling('5m')).count('counts')
  const sessions = grouped.windowedBy(session('30s')).count('sessions')
  const perWindow = counted.toStream()
  return { grouped, counted, sessions, perWindow }
}

export function processors(b: StreamsBuilder) {
  const alerts = b.stream(orders).process({
    name: 'alerts',
    stores: { lastSeen },
    *process({ key, value, timestamp }, { stores }) {
      const previous = stores.lastSeen.get(key)
      stores.lastSeen.put(key, { at: timestamp })
      if (previous !== undefined) yield { key, value: { rule: 'again' as const, amount: value.amount } }
    },
  })
  return { alerts }
}
