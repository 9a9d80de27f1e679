/** Types of `dedupe` and of `ttl`: which ids need a serde, and where rows may expire. */
import {
  dedupe,
  integer,
  json,
  kvStore,
  string,
  topic,
  tumbling,
  type KStream,
  type KTable,
  type StreamsBuilder,
} from '../../src/index.ts'
import { expectType } from './same-type.ts'

interface Event {
  readonly id: string
  readonly n: number
}

const events = topic('events', { key: string(), value: json<Event>() })

export function ids(b: StreamsBuilder): void {
  const stream = b.stream(events)
  expectType<KStream<string, Event>>()(stream.dedupe({ by: event => event.id, within: '1h' }))
  expectType<KStream<string, Event>>()(stream.dedupe({ by: event => event.n, within: '1h', id: integer() }))
  const once = dedupe<string, Event>({ by: event => event.id, within: '10m', store: 'seen' })
  expectType<KStream<string, Event>>()(stream.through(once))
  expectType<KStream<string, Event>>()(stream.through(dedupe({ by: event => event.id, within: '1h' })))

  // @ts-expect-error ids that are not strings must name their serde
  stream.dedupe({ by: event => event.n, within: '1h' })
  // @ts-expect-error and the right one
  stream.dedupe({ by: event => event.n, within: '1h', id: string() })
  // @ts-expect-error no duration
  stream.dedupe({ by: event => event.id, within: '5x' })
  // @ts-expect-error there is no such property
  stream.dedupe({ by: event => event.key, within: '1h' })
}

export function expiry(b: StreamsBuilder): void {
  const stream = b.stream(events)
  expectType<KTable<string, Event>>()(
    b.table(topic('t', { key: string(), value: json<Event>() }), { ttl: '24h' }),
  )
  expectType<KTable<string, Event>>()(stream.toTable({ ttl: { after: '24h', clock: 'wall' } }))
  expectType<KTable<string, number>>()(stream.groupByKey().count({ store: 'counts', ttl: 60_000 }))
  kvStore('seen', { key: string(), value: integer(), ttl: '24h' })

  // @ts-expect-error no duration
  stream.toTable({ ttl: '5x' })
  // @ts-expect-error there is no such clock
  stream.toTable({ ttl: { after: '1h', clock: 'sun' } })
  const windowed = stream.groupByKey().windowedBy(tumbling('1h', { grace: 0 }))
  // @ts-expect-error windows have a retention
  windowed.count({ ttl: '24h' })
  // @ts-expect-error these rows follow from those of another table
  b.table(events).filter(event => event.n > 0, { ttl: '24h' })
}
