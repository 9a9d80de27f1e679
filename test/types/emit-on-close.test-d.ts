/** Types of emit on window close: which windows can be put out on close, and what comes of cogroups by session. */
import {
  customWindows,
  hopping,
  json,
  session,
  sliding,
  string,
  topic,
  tumbling,
  unlimited,
  type KTable,
  type SessionWindowedCogroupedStream,
  type SessionWindowedStream,
  type StreamsBuilder,
  type Windowed,
  type WindowedCogroupedStream,
  type WindowedStream,
} from '../../src/index.ts'
import { expectType } from './same-type.ts'

interface Order {
  readonly amount: number
}

const orders = topic('orders', { key: string(), value: json<Order>() })
const onClose = { emit: 'close' } as const

export function types(b: StreamsBuilder): void {
  const grouped = b.stream(orders).groupByKey()
  expectType<WindowedStream<string, Order>>()(grouped.windowedBy(tumbling('1h'), onClose))
  expectType<WindowedStream<string, Order>>()(grouped.windowedBy(hopping('1h', { advance: '1m' }), onClose))
  expectType<WindowedStream<string, Order>>()(grouped.windowedBy(sliding('1h'), onClose))
  expectType<SessionWindowedStream<string, Order>>()(grouped.windowedBy(session('1h'), onClose))
  expectType<WindowedStream<string, Order>>()(grouped.windowedBy(unlimited(), { emit: 'update' }))

  // @ts-expect-error unlimited windows never close
  grouped.windowedBy(unlimited(), onClose)
  // @ts-expect-error it is not known when custom windows close
  grouped.windowedBy(customWindows({ windowsFor: () => [], size: '1h' }), onClose)
  // @ts-expect-error there is no such way
  grouped.windowedBy(tumbling('1h'), { emit: 'final' })
}

export function cogroups(b: StreamsBuilder): void {
  const cogrouped = b
    .stream(orders)
    .groupByKey()
    .cogroup<number>((sum, order) => sum + order.amount)
  const sessions = cogrouped.windowedBy(session('1h'))
  expectType<SessionWindowedCogroupedStream<string, number>>()(sessions)
  const merge = (left: number, right: number): number => left + right
  expectType<KTable<Windowed<string>, number>>()(sessions.aggregate({ initial: () => 0, merge }))
  // @ts-expect-error sessions that become one must be merged
  sessions.aggregate({ initial: () => 0 })
  expectType<SessionWindowedCogroupedStream<string, number>>()(cogrouped.windowedBy(session('1h'), onClose))
  expectType<WindowedCogroupedStream<string, number>>()(
    cogrouped.windowedBy(tumbling('1h'), { ...onClose, idle: '5m' }),
  )
  // @ts-expect-error unlimited windows never close
  cogrouped.windowedBy(unlimited(), onClose)
  // @ts-expect-error nothing waits there for time to pass
  cogrouped.windowedBy(unlimited(), { idle: '5m' })
}
