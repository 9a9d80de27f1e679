/** The four flights jobs as Millrace apps: stateless, windowed, join and repartition, the same as on Kafka Streams. */
import { defineApp, int64, json, string, topic, tumbling, type App, type Topic } from '../../src/index.ts'

interface Flight {
  readonly date: number
  readonly delay: number
  readonly distance: number
  readonly origin: string
  readonly destination: string
}

interface Airport {
  readonly iata: string
  readonly city: string
}

interface Sums {
  readonly count: number
  readonly delay: number
}

export type JobName = 'stateless' | 'windowed' | 'join' | 'repartition'

export const jobNames: readonly JobName[] = ['stateless', 'windowed', 'join', 'repartition']

const four = { partitions: 4, config: { 'retention.ms': '-1' } } as const

export const flights: Topic<string, Flight> = topic('flights', {
  key: string(),
  value: json<Flight>(),
  ...four,
})
export const airports: Topic<string, Airport> = topic('airports', {
  key: string(),
  value: json<Airport>(),
  ...four,
})

/** Which topic a job writes to. */
export const outputs = {
  stateless: topic('late-flights', {
    key: string(),
    value: json<{ route: string; delay: number }>(),
    ...four,
  }),
  windowed: topic('delays-hourly', { key: string(), value: json<Sums>(), ...four }),
  join: topic('flights-enriched', {
    key: string(),
    value: json<Flight & { city: string | null }>(),
    ...four,
  }),
  repartition: topic('arrivals', { key: string(), value: int64(), ...four }),
} as const

/** The app of a job, under an id of its own so that it starts from the beginning. */
export function jobApp(job: JobName, id: string): App {
  return defineApp({
    id,
    build(b) {
      const stream = b.stream(flights)
      switch (job) {
        case 'stateless':
          stream
            .filter(flight => flight.delay > 15)
            .mapValues(flight => ({ route: `${flight.origin}-${flight.destination}`, delay: flight.delay }))
            .to(outputs.stateless)
          break
        case 'windowed':
          stream
            .groupByKey()
            .windowedBy(tumbling('1h', { grace: '5m' }))
            .aggregate({
              store: 'delays-by-hour',
              initial: (): Sums => ({ count: 0, delay: 0 }),
              add: (sums, flight) => ({ count: sums.count + 1, delay: sums.delay + flight.delay }),
              retention: '1d',
            })
            .toStream()
            .map((sums, hour) => [`${hour.key}@${hour.window.start}`, sums])
            .to(outputs.windowed)
          break
        case 'join':
          stream
            .leftJoin(b.table(airports, 'airports-store'), (flight, airport) => ({
              ...flight,
              city: airport?.city ?? null,
            }))
            .to(outputs.join)
          break
        case 'repartition':
          stream
            .groupBy(flight => flight.destination)
            .count('arrivals-store')
            .toStream()
            .mapValues(count => BigInt(count))
            .to(outputs.repartition)
          break
      }
    },
  })
}
