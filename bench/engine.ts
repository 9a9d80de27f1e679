/**
 * How many records a second one task gets through, broker and disk left out: the flights jobs on made-up flights.
 *
 * Records come in as fetched batches and go out into batch writers, as in the runtime; stores lie over the memory
 * backend and are committed every 20 000 records. `node bench/engine.ts [JOB] [RECORDS]`, or `npm run bench -- engine`.
 */
import { seededRandom } from '../src/base/random.ts'
import { partitionKey } from '../src/base/topic-partition.ts'
import { utf8Bytes } from '../src/base/text.ts'
import { defineApp, type App } from '../src/dsl/app.ts'
import { topic } from '../src/dsl/topic.ts'
import type { RecordCollector } from '../src/engine/collector.ts'
import type { RecordChunk } from '../src/engine/record-chunk.ts'
import { TaskEngine } from '../src/engine/task-engine.ts'
import { batches } from '../src/record/batch-reader.ts'
import { BatchWriter } from '../src/record/batch-writer.ts'
import { json } from '../src/serdes/json.ts'
import { integer, string } from '../src/serdes/primitives.ts'
import { MemoryBytes } from '../src/state/memory-bytes.ts'
import { openStore } from '../src/state/open-store.ts'
import { tumbling } from '../src/windows/time-windows.ts'
import type { Windowed } from '../src/windows/window.ts'
import { realTopicName } from '../src/topology/internal-topics.ts'

interface Flight {
  readonly date: number
  readonly delay: number
  readonly distance: number
  readonly origin: string
  readonly destination: string
}

const flights = topic('flights', { key: string(), value: json<Flight>() })
const airports = topic('airports', { key: string(), value: json<{ city: string }>() })

type Job = 'stateless' | 'windowed' | 'join' | 'repartition'
const jobs: Readonly<Record<Job, App>> = {
  stateless: defineApp({
    id: 'stateless',
    build: b =>
      b
        .stream(flights)
        .filter(({ delay }) => delay > 15)
        .mapValues(({ origin, destination, delay }) => ({ route: `${origin}-${destination}`, delay }))
        .to(topic('late-flights', { key: string(), value: json<{ route: string; delay: number }>() })),
  }),
  windowed: defineApp({
    id: 'windowed',
    build: b =>
      b
        .stream(flights)
        .groupByKey()
        .windowedBy(tumbling('1h', { grace: '5m' }))
        .aggregate({
          store: 'delays-by-hour',
          retention: '1d',
          initial: () => ({ count: 0, delay: 0 }),
          add: ({ count, delay }, flight) => ({ count: count + 1, delay: delay + flight.delay }),
        })
        .toStream((_: unknown, { key, window }: Windowed<string>): string => `${key}@${window.start}`)
        .to(topic('delays-hourly', { key: string(), value: json<{ count: number; delay: number }>() })),
  }),
  join: defineApp({
    id: 'join',
    build: b =>
      b
        .stream(flights)
        .leftJoin(b.table(airports, 'airports-store'), (flight, airport) => ({
          ...flight,
          city: airport?.city ?? null,
        }))
        .to(topic('flights-enriched', { key: string(), value: json<Flight & { city: string | null }>() })),
  }),
  repartition: defineApp({
    id: 'repartition',
    build: b =>
      b
        .stream(flights)
        .groupBy(({ destination }) => destination)
        .count('arrivals-store')
        .toStream()
        .to(topic('arrivals', { key: string(), value: integer() })),
  }),
}

const commitEvery = 20_000
const partitions = 4

/** Collects into batches, and keeps those of the topics that are read again. */
class BatchCollector implements RecordCollector {
  readonly kept: Uint8Array[] = []
  sentCount = 0
  private readonly keeps: string | undefined
  private readonly writers = new Map<string, BatchWriter>()

  constructor(keeps: string | undefined) {
    this.keeps = keeps
  }

  partitionCount(): number {
    return partitions
  }

  readonly send: RecordCollector['send'] = (topic, partition, key, value, timestamp, headers) => {
    const place = partitionKey(topic, partition)
    let writer = this.writers.get(place)
    if (writer === undefined) this.writers.set(place, (writer = new BatchWriter(256 * 1024)))
    writer.append(timestamp, key, value, headers)
    this.sentCount++
    if (writer.sizeInBytes > 200_000) this.finish(topic, writer)
  }

  flush(): void {
    for (const [place, writer] of this.writers) {
      if (writer.recordCount > 0) this.finish(place.slice(0, place.lastIndexOf('-')), writer)
    }
  }

  private finish(topic: string, writer: BatchWriter): void {
    const batch = writer.close()
    if (topic === this.keeps) this.kept.push(batch)
    writer.reset()
  }
}

export function run([only, count = '400000']: readonly string[] = []): void {
  const input = flightBatches(Number(count))
  const airportRows = airportBatches()
  for (const cache of [false, true]) {
    for (const [name, app] of Object.entries(jobs)) {
      if (only !== undefined && only !== 'all' && only !== name) continue
      let inputs: Readonly<Record<string, readonly Uint8Array[]>> = { airports: airportRows, flights: input }
      for (const { id } of app.topology().subtopologies()) {
        const { rate, collector } = runTask(app, id, inputs, cache)
        const emission = cache ? 'coalesced' : 'forwarded'
        console.log(
          `${name.padEnd(12)} task ${id}_0  ${emission}  ${rate.toFixed(0).padStart(8)} records/s  ${collector.sentCount} out`,
        )
        inputs = { 'repartition-arrivals-store-repartition': collector.kept }
      }
    }
  }
}

function runTask(
  app: App,
  id: number,
  inputs: Readonly<Record<string, readonly Uint8Array[]>>,
  cache: boolean,
) {
  const subtopology = app.topology().subtopologies()[id]!
  const backend = new MemoryBytes()
  const stores = new Map(
    subtopology.stores.map((store, n) => [store.name, openStore(store, backend, Uint8Array.of(n))] as const),
  )
  const collector = new BatchCollector(id === 0 ? 'repartition-arrivals-store-repartition' : undefined)
  const clock = { now: () => 0, monotonic: () => 0, setTimer: () => ({ cancel: () => {} }) }
  const topicName = (topic: string): string => realTopicName(app.topology(), app.id, topic)
  const engine = new TaskEngine({
    applicationId: app.id,
    partition: 0,
    subtopology,
    stores,
    collector,
    clock,
    topicName,
    cache,
    maxTaskIdleMs: -1,
  })
  for (const logical of subtopology.sourceTopics) {
    const topic = topicName(logical)
    for (const batch of inputs[topic] ?? []) engine.addRecords(topic, 0, chunkOf(batch))
  }
  const start = performance.now()
  let processed = 0
  for (let count = engine.processMany(commitEvery); count > 0; count = engine.processMany(commitEvery)) {
    processed += count
    engine.flushEmissions()
    for (const store of stores.values()) {
      const topic = `${app.id}-${store.name}-changelog`
      store.stage({ append: (key, value, timestamp) => collector.send(topic, 0, key, value, timestamp, []) })
      backend.writeNow(store.apply())
      store.applied()
      for (const range of store.expired?.() ?? []) backend.clearNow(range)
    }
  }
  collector.flush()
  return { rate: processed / ((performance.now() - start) / 1000), collector }
}

function chunkOf(batch: Uint8Array): RecordChunk {
  const [cursor] = batches(batch)
  return {
    records: { cursor: cursor!, next: () => cursor!.next() },
    nextOffset: cursor!.lastOffset + 1,
    leaderEpoch: 0,
    sizeInBytes: batch.length,
  }
}

/** 300 airports, some much busier than others; a flight every 10 seconds. */
function flightBatches(count: number): readonly Uint8Array[] {
  const random = seededRandom(1)
  const airport = (): string => `A${Math.floor(300 * random.next() ** 2)}`
  return batchesOf(count, n => {
    const date = 978_307_200_000 + n * 10_000
    const [origin, destination] = [airport(), airport()]
    const delay = Math.floor(60 * random.next()) - 20
    const distance = 100 + Math.floor(2000 * random.next())
    return { key: origin, timestamp: date, value: { date, delay, distance, origin, destination } }
  })
}

function airportBatches(): readonly Uint8Array[] {
  return batchesOf(300, n => ({
    key: `A${n}`,
    timestamp: 946_684_800_000,
    value: { iata: `A${n}`, name: `Airport ${n}`, city: `City ${n}`, latitude: n, longitude: -n },
  }))
}

function batchesOf(
  count: number,
  make: (n: number) => { key: string; timestamp: number; value: object },
): readonly Uint8Array[] {
  const writer = new BatchWriter()
  const made: Uint8Array[] = []
  for (let n = 0; n < count; n++) {
    const { key, timestamp, value } = make(n)
    writer.append(timestamp, utf8Bytes(key), utf8Bytes(JSON.stringify(value)))
    if (writer.recordCount < 1000 && n < count - 1) continue
    made.push(writer.close())
    writer.reset()
  }
  return made
}

if (process.argv[1] !== undefined && import.meta.url.endsWith(process.argv[1].split('/').at(-1)!)) {
  run(process.argv.slice(2))
}
