/** Types of joins with tables and of windowed folds: orders, their customers, and revenue by the hour. */
import {
  defineApp,
  int64,
  json,
  string,
  topic,
  tumbling,
  type KStream,
  type KTable,
  type Windowed,
} from '../../src/index.ts'
import { expectType } from './same-type.ts'

interface Order {
  customer: string
  amount: number
}
interface Customer {
  name: string
  tier: 'free' | 'gold'
}
interface Labelled extends Order {
  tier: 'free' | 'gold' | 'none'
}
interface Revenue {
  hour: string
  total: number
}

const orders = topic('orders', { key: string(), value: json<Order>(), partitions: 6 })
const customers = topic('customers', { key: string(), value: json<Customer>(), partitions: 6 })
const labelled = topic('labelled', { key: string(), value: json<Labelled>() })
const revenue = topic('revenue', { key: string(), value: json<Revenue>() })

export default defineApp({
  id: 'enrich',
  build(b) {
    const table = b.table(customers, 'customers')
    expectType<KTable<string, Customer>>()(table)
    const byCustomer = b.stream(orders).selectKey(order => order.customer, { name: 'by-customer' })

    const joined = byCustomer.leftJoin(table, (order, customer): Labelled => {
      expectType<Order>()(order)
      expectType<Customer | undefined>()(customer)
      return { ...order, tier: customer?.tier ?? 'none' }
    })
    expectType<KStream<string, Labelled>>()(joined)
    joined.to(labelled)
    byCustomer.join(table, (_order, customer) => expectType<Customer>()(customer))
    // @ts-expect-error in a left join the customer may be missing
    byCustomer.leftJoin(table, (order, customer) => customer.name + order.amount)

    const totals = joined
      .groupBy(order => order.tier, { name: 'by-tier' })
      .windowedBy(tumbling('1h', { grace: '5m' }))
      .aggregate({ store: 'revenue', initial: () => 0, add: (sum, order) => sum + order.amount })
    expectType<KTable<Windowed<'free' | 'gold' | 'none'>, number>>()(totals)
    totals
      .toStream()
      .map((total, { key, window }) => [key, { hour: new Date(window.start).toISOString(), total }])
      .to(revenue)
    // @ts-expect-error windowed keys are not strings
    totals.toStream().to(revenue)
    // @ts-expect-error the aggregate is a number
    joined.groupByKey().aggregate({ initial: () => 0, add: (_sum, order) => order.tier })

    const golden = table.filter(customer => customer.tier === 'gold').mapValues(({ name }) => name, 'names')
    expectType<KTable<string, string>>()(golden)
    expectType<KStream<string, string>>()(golden.toStream())
    // @ts-expect-error tables are synchronous
    table.mapValues(async ({ name }) => name)
    // @ts-expect-error a stream is not a table
    byCustomer.join(joined, order => order)
    // Customers are found by any string, so by one of a few as well.
    joined.selectKey(order => order.tier).join(table, (order, customer) => order.amount + customer.name)
    // @ts-expect-error a table keyed by numbers cannot be looked up by strings
    joined.join(b.table(topic('by-number', { key: int64(), value: string() })), order => order)
    expectType<KStream<string, Customer>>()(table.toStream(({ name }, key) => name + key))
    expectType<KStream<bigint, Customer>>()(table.toStream(({ name }) => BigInt(name), { key: int64() }))
    // @ts-expect-error keys other than strings must name their serde
    table.toStream(({ name }) => BigInt(name))
    expectType<KTable<string, Order>>()(
      byCustomer.groupByKey().reduce((a, order) => ({ ...order, amount: a.amount + order.amount })),
    )
  },
})
