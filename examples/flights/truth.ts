/**
 * What should the flights app have put out? Computes every output and every store straight from the file.
 *
 * No code is shared with the app or with Millrace: plain loops and maps, so that a fault cannot hide in both.
 * Records of one key are put out in the order of the file, whatever happens in between.
 */
import { readAirports, readFlights } from './dataset.ts'
import type { Delays } from './topics.ts'

/** The expected rows of each output, by key, in order; and the expected last state of each store. */
export interface Truth {
  /** `airport@hour` → the sums after each flight. The last one is the store's. */
  readonly hourly: ReadonlyMap<string, readonly Delays[]>
  /** airport → the sums after each flight. */
  readonly totals: ReadonlyMap<string, readonly Delays[]>
  /** airport → how many have arrived there; its output is 1, 2, 3, ... */
  readonly arrivals: ReadonlyMap<string, number>
  readonly airports: number
  readonly flights: number
}

const hourMs = 3_600_000

/** Reads the first `limit` flights and sums them up. With `lastOnly`, only the last row per key is kept. */
export async function computeTruth(limit: number, { lastOnly = false } = {}): Promise<Truth> {
  const airports = readAirports()
  const cityOf = new Map(airports.map(airport => [airport.iata, airport.city]))
  const hourly = new Map<string, Delays[]>()
  const totals = new Map<string, Delays[]>()
  const arrivals = new Map<string, number>()
  let count = 0
  const add = (into: Map<string, Delays[]>, key: string, airport: string, delay: number): void => {
    const rows = into.get(key)
    const last = rows?.at(-1)
    const row: Delays = {
      airport,
      city: cityOf.get(airport) ?? null,
      flights: (last?.flights ?? 0) + 1,
      delay: (last?.delay ?? 0) + delay,
    }
    if (rows && lastOnly) rows[0] = row
    else if (rows) rows.push(row)
    else into.set(key, [row])
  }
  for await (const chunk of readFlights(limit))
    for (const { origin, destination, date, delay } of chunk) {
      add(hourly, `${origin}@${Math.floor(date / hourMs) * hourMs}`, origin, delay)
      add(totals, origin, origin, delay)
      arrivals.set(destination, (arrivals.get(destination) ?? 0) + 1)
      count += 1
    }
  return { hourly, totals, arrivals, airports: airports.length, flights: count }
}
