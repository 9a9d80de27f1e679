/** Types of late records: what a handler gets of each kind of windows. */
import {
  json,
  session,
  sliding,
  string,
  topic,
  tumbling,
  type KStream,
  type LateJoinOption,
  type LateRecord,
  type StreamsBuilder,
} from '../../src/index.ts'
import { expectType } from './same-type.ts'

const orders = topic('orders', { key: string(), value: json<{ amount: number }>() })
const lateOrders = topic('late-orders', { key: string(), value: json<{ amount: number }>() })

export function types(b: StreamsBuilder): void {
  const grouped = b.stream(orders).groupByKey()
  const late = (records: KStream<string, LateRecord<{ amount: number }>>): void =>
    records.mapValues(({ value }) => value).to(lateOrders)
  grouped.windowedBy(tumbling('1h', { grace: '5m' }), { late })
  grouped.windowedBy(sliding('1h', { grace: '5m' }), { late, emit: 'close' })
  grouped.windowedBy(session('1h', { grace: '5m' }), {
    late: records => {
      expectType<KStream<string, LateRecord<{ amount: number }>>>()(records)
    },
  })
  grouped.windowedBy(tumbling('1h', { grace: '5m' }), {
    // @ts-expect-error the topic takes orders, not late records of them
    late: records => records.to(lateOrders),
  })
}

const payments = topic('payments', { key: string(), value: string() })

export function joins(b: StreamsBuilder): void {
  const stream = b.stream(orders)
  const others = b.stream(payments)
  const pair = (left?: { amount: number }, right?: string): string => `${left?.amount} ${right}`
  const late: LateJoinOption<string, { amount: number }, string> = {
    late: { left: records => records.to(lateOrders) },
  }
  stream.join(others, pair, { within: '1h', ...late })
  stream.leftJoin(others, pair, {
    within: '1h',
    late: {
      left: records => expectType<KStream<string, { amount: number }>>()(records),
      right: records => expectType<KStream<string, string>>()(records),
    },
  })
  stream.outerJoin(others, pair, {
    within: '1h',
    // @ts-expect-error the topic takes orders, not payments
    late: { right: records => records.to(lateOrders) },
  })
  // @ts-expect-error a join has two sides: each has late records of its own
  stream.join(others, pair, { within: '1h', late: () => {} })
}

export function cogroups(b: StreamsBuilder): void {
  b.stream(orders)
    .groupByKey()
    .cogroup<number>((sum, order) => sum + order.amount)
    .cogroup(b.stream(payments).groupByKey(), sum => sum)
    .windowedBy(tumbling('1h'), {
      late: records => {
        expectType<KStream<string, LateRecord<{ amount: number } | string>>>()(records)
      },
    })
}
