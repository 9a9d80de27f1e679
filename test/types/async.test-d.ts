/** Types of `mapValuesAsync`: what the callback gets, what comes out, and what does not compile. */
import {
  integer,
  json,
  string,
  topic,
  type AsyncCallContext,
  type KStream,
  type StreamsBuilder,
} from '../../src/index.ts'
import { expectType } from './same-type.ts'

const orders = topic('orders', { key: string(), value: json<{ amount: number }>() })
const amounts = topic('amounts', { key: string(), value: integer() })

export function types(b: StreamsBuilder): void {
  const stream = b.stream(orders)
  const rated = stream.mapValuesAsync(async (order, key, call) => {
    expectType<{ amount: number }>()(order)
    expectType<string>()(key)
    expectType<AsyncCallContext>()(call)
    expectType<AbortSignal>()(call.signal)
    return order.amount
  })
  expectType<KStream<string, number>>()(rated)
  rated.to(amounts)
  stream.mapValuesAsync(async order => order.amount, {
    name: 'rate',
    concurrency: 8,
    ordering: 'key',
    timeout: '2s',
    retry: { attempts: 5, backoff: '100ms', backoffMax: '5s', when: error => error instanceof TypeError },
    value: integer(),
  })

  // @ts-expect-error a callback that answers at once is for mapValues
  stream.mapValuesAsync(order => order.amount)
  // @ts-expect-error there is no such order
  stream.mapValuesAsync(async order => order.amount, { ordering: 'time' })
  // @ts-expect-error no duration
  stream.mapValuesAsync(async order => order.amount, { timeout: '5x' })
  // @ts-expect-error not a serde of what comes out
  stream.mapValuesAsync(async order => order.amount, { value: string() })
  // @ts-expect-error the topic takes numbers
  stream.mapValuesAsync(async order => `${order.amount}`).to(amounts)
  // @ts-expect-error the remedy is in the message: use mapValuesAsync(fn, { concurrency, ordering })
  stream.mapValues(async order => order.amount)
}
