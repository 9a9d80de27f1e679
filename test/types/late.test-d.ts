/** Types of late records: what a handler gets of each kind of windows. */
import {
  json,
  session,
  sliding,
  string,
  topic,
  tumbling,
  type KStream,
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
