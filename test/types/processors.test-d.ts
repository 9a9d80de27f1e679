/** Types of processors and of joins with global tables: what is inferred from what is yielded, and from stores. */
import {
  int64,
  json,
  kvStore,
  string,
  topic,
  type GlobalKTable,
  type KStream,
  type ProcessorStore,
  type ReadableStore,
  type StreamsBuilder,
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
