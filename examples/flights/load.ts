/**
 * How does the file get into the log, exactly once, even if the process is killed half way?
 *
 * The loader is transactional: each transaction holds some flights and the number of flights loaded so far. A loader that
 * is started again reads that number and goes on from there; what its predecessor had not committed is aborted.
 */
import { json, string, topic } from 'millrace'
import { createTopics, readTopic, TopicWriter, type EmbeddedBroker } from 'millrace/runtime'
import { readAirports, readFlights } from './dataset.ts'
import { airports, arrivals, flights, hourlyDelays, totalDelays, type Flight } from './topics.ts'

/** How many flights are loaded. One record per transaction; the last one counts. */
const loaded = topic('flights-loaded', { key: string(), value: json<number>(), partitions: 1 })
/** 2000-01-01: before any flight, so that the table is there when the first flight is joined. */
const airportsTimestamp = 946_684_800_000

export interface LoadOptions {
  readonly limit: number
  readonly onProgress?: (flights: number) => void
  /** Flights per transaction. Default: a chunk of the file. */
  readonly flightsPerCommit?: number
  /** Where flights come from: the first `limit` ones, from number `from` on. Default: the Parquet file. */
  readonly read?: (limit: number, from: number) => AsyncIterable<readonly Flight[]>
}

/** Loads the airports, then the first `limit` flights; answers how many flights this call loaded. */
export async function load(broker: EmbeddedBroker, options: LoadOptions): Promise<number> {
  const { limit, onProgress, flightsPerCommit = 50_000, read = readFlights } = options
  await createTopics(broker, [flights, airports, hourlyDelays, totalDelays, arrivals, loaded])
  await using writer = await TopicWriter.open(broker, { transactionalId: 'flights-loader' })
  let count = await loadedCount(broker)
  if (count === undefined) {
    writer.begin()
    for (const airport of readAirports())
      await writer.send(airports, airport.iata, airport, { timestamp: airportsTimestamp })
    await writer.send(loaded, 'flights', 0, { timestamp: airportsTimestamp })
    await writer.commit()
    count = 0
  }
  const before = count
  for await (const chunk of read(limit, count))
    for (let start = 0; start < chunk.length; start += flightsPerCommit) {
      const part = chunk.slice(start, start + flightsPerCommit)
      writer.begin()
      for (const flight of part) {
        const full = writer.send(flights, flight.origin, flight, { timestamp: flight.date })
        if (full !== undefined) await full
      }
      count += part.length
      await writer.send(loaded, 'flights', count)
      await writer.commit()
      onProgress?.(count)
    }
  return count - before
}

/** What the last committed transaction says, or `undefined` if there was none. */
async function loadedCount(broker: EmbeddedBroker): Promise<number | undefined> {
  let count: number | undefined
  for await (const { value } of readTopic(broker, loaded)) count = value
  return count
}
