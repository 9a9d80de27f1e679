/** Writes the inputs of the benchmark as lines of key TAB timestamp TAB JSON, the same for both systems. */
import { createWriteStream, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import { join } from 'node:path'
import { readAirports, readFlights } from '../../examples/flights/dataset.ts'

const [directory, records] = process.argv.slice(2) as [string, string]
/** Before every flight, so that the table is there when the first one is joined. */
const airportsTimestamp = 946_684_800_000

const flights = createWriteStream(join(directory, 'flights.ndjson'))
for await (const chunk of readFlights(Number(records)))
  for (const flight of chunk)
    if (!flights.write(`${flight.origin}\t${flight.date}\t${JSON.stringify(flight)}\n`))
      await once(flights, 'drain')
flights.end()
await once(flights, 'close')
const airports = createWriteStream(join(directory, 'airports.ndjson'))
for (const airport of readAirports())
  airports.write(`${airport.iata}\t${airportsTimestamp}\t${JSON.stringify(airport)}\n`)
airports.end()
await once(airports, 'close')
writeFileSync(join(directory, 'done'), '')
