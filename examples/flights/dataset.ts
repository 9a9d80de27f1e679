/** Where do the flights come from? Reads the Parquet and CSV files of the `vega-datasets` package, a chunk at a time. */
import { once } from 'node:events'
import { createReadStream, createWriteStream, readFileSync } from 'node:fs'
import { join, sep } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import type { Airport, Flight } from './topics.ts'

/** The package exports its code only; its files lie beside it. */
const code = fileURLToPath(import.meta.resolve('vega-datasets'))
const folder = 'vega-datasets'
const data = join(code.slice(0, code.lastIndexOf(`${folder}${sep}`) + folder.length), 'data')
/** Rows that are decoded at once: bounds the memory of a reader. */
const chunkRows = 50_000
/** Rows of a chunk of lines. */
const lineChunkRows = 500

/** The first `limit` flights, in the order of the file, which is that of their dates. */
export async function* readFlights(limit: number, from = 0): AsyncGenerator<readonly Flight[]> {
  const file = await asyncBufferFromFile(join(data, 'flights-3m.parquet'))
  const metadata = await parquetMetadataAsync(file)
  const end = Math.min(limit, Number(metadata.num_rows))
  for (let rowStart = from; rowStart < end; rowStart += chunkRows) {
    const rowEnd = Math.min(rowStart + chunkRows, end)
    const rows = await parquetReadObjects({ file, metadata, compressors, rowStart, rowEnd })
    yield rows.map(row => ({
      date: (row['date'] as Date).getTime(),
      delay: Number(row['delay']),
      distance: Number(row['distance']),
      origin: row['origin'] as string,
      destination: row['destination'] as string,
    }))
  }
}

/** Writes the first `limit` flights as lines of JSON: quicker to begin in the middle of than Parquet. */
export async function writeFlightLines(file: string, limit: number): Promise<void> {
  const output = createWriteStream(file)
  for await (const chunk of readFlights(limit))
    if (!output.write(chunk.map(flight => `${JSON.stringify(flight)}\n`).join('')))
      await once(output, 'drain')
  output.end()
  await once(output, 'close')
}

/** What `writeFlightLines` wrote, up to number `limit` and from number `from` on. */
export async function* readFlightLines(
  file: string,
  limit: number,
  from: number,
): AsyncGenerator<readonly Flight[]> {
  let number = 0
  let chunk: Flight[] = []
  for await (const line of createInterface({ input: createReadStream(file) })) {
    if (number >= limit) break
    number += 1
    if (number <= from) continue
    chunk.push(JSON.parse(line) as Flight)
    if (chunk.length < lineChunkRows) continue
    yield chunk
    chunk = []
  }
  if (chunk.length > 0) yield chunk
}

/** How many flights the file has. */
export async function countFlights(): Promise<number> {
  const metadata = await parquetMetadataAsync(await asyncBufferFromFile(join(data, 'flights-3m.parquet')))
  return Number(metadata.num_rows)
}

/** All airports. */
export function readAirports(): readonly Airport[] {
  const lines = readFileSync(join(data, 'airports.csv'), 'utf8').trim().split('\n').slice(1)
  return lines.map(line => {
    const cells = [...line.matchAll(/("([^"]*)"|[^,]*)(,|$)/g)].map(cell => cell[2] ?? cell[1] ?? '')
    const [iata = '', name = '', city = '', state = '', country = '', latitude, longitude] = cells
    return { iata, name, city, state, country, latitude: Number(latitude), longitude: Number(longitude) }
  })
}
