/** Types of joins by a foreign key: what callbacks get, what comes out, and what does not compile. */
import { int64, json, string, topic, type KTable, type StreamsBuilder } from '../../src/index.ts'
import { expectType } from './same-type.ts'

interface Order {
  readonly customer: string
  readonly product: bigint | null
  readonly total: number
}

const orders = topic('orders', { key: string(), value: json<Order>() })
const customers = topic('customers', { key: string(), value: json<{ name: string }>() })
const products = topic('products', { key: int64(), value: json<{ title: string }>() })

export function types(b: StreamsBuilder): void {
  const table = b.table(orders)
  const byCustomer = table.join(b.table(customers), (order, customer) => `${customer.name}: ${order.total}`, {
    on: (order, key, context) => {
      expectType<Order>()(order)
      expectType<string>()(key)
      expectType<number>()(context.timestamp)
      return order.customer
    },
    name: 'by-customer',
    store: 'bills',
    value: string(),
    partitioner: () => [0],
    otherPartitioner: () => [0],
  })
  expectType<KTable<string, string>>()(byCustomer)
  // A row may go with none; keys need not be of one type.
  expectType<KTable<string, number>>()(
    table.join(b.table(products), (order, product) => order.total + product.title.length, {
      on: order => order.product,
    }),
  )
  const all = table.leftJoin(b.table(products), (order, product) => product?.title ?? order.customer, {
    on: order => order.product ?? undefined,
  })
  expectType<KTable<string, string>>()(all)
  refused(b)
}

function refused(b: StreamsBuilder): void {
  const table = b.table(orders)
  // @ts-expect-error tables whose keys differ are joined by a foreign key: `on` is missing
  table.join(b.table(products), (order, product) => order.total + product.title.length)
  // @ts-expect-error the foreign key must be the other table's key
  table.join(b.table(products), order => order.total, { on: order => order.customer })
  // @ts-expect-error the left join's right row may not be there
  table.leftJoin(b.table(customers), (_order, customer) => customer.name, { on: order => order.customer })
  // @ts-expect-error foreign keys are known at once
  table.join(b.table(customers), order => order.total, { on: async order => order.customer })
  // @ts-expect-error and so are results
  table.join(b.table(customers), async order => order.total, { on: order => order.customer })
  // @ts-expect-error there is no such property
  table.join(b.table(customers), order => order.total, { on: order => order.costumer })
  // @ts-expect-error the serde is not that of the result
  table.join(b.table(customers), order => order.total, { on: order => order.customer, value: string() })
  // @ts-expect-error there is no outer join by a foreign key
  table.outerJoin(b.table(customers), order => order?.total, { on: (order: Order) => order.customer })
}
