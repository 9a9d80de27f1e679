/** Types of JSON serdes: a schema that transforms needs the way back. */
import { json, type Serde, type StandardSchema } from '../../src/index.ts'
import { expectType } from './same-type.ts'

interface Order {
  id: string
  amount: number
}

declare const order: StandardSchema<Order>
declare const dated: StandardSchema<{ at: string }, { at: Date }>

expectType<Serde<Order>>()(json<Order>())
expectType<Serde<Order>>()(json(order))
expectType<Serde<Order>>()(json(order, { validateOnWrite: true }))
expectType<Serde<{ at: Date }>>()(json(dated, { encode: ({ at }) => ({ at: at.toISOString() }) }))
// @ts-expect-error what is read has dates, what is written has text: encode says how
json(dated)
// @ts-expect-error encode must give what the schema takes
json(dated, { encode: value => value })
// @ts-expect-error not a schema
json({ parse: () => ({}) })
