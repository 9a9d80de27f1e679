/**
 * Which airports make you wait? Joins flights with airports, sums the delays per airport and hour, and keeps totals.
 *
 *   flights ─┬─ leftJoin ─┬─ per airport, tumbling 1 h ──▶ hourly-delays
 *   airports ┘            ├─ per airport ────────────────▶ total-delays
 *                         └─ by destination (repartition) ▶ arrivals
 */
import { defineApp, json, tumbling, type App } from 'millrace'
import { airports, arrivals, flights, hourlyDelays, keptForGood, totalDelays, type Delays } from './topics.ts'

const nothingYet = (): Delays => ({ airport: '', city: null, flights: 0, delay: 0 })

const app: App = defineApp({
  id: 'flight-delays',
  build(b) {
    const departures = b
      .stream(flights)
      .leftJoin(
        b.table(airports, 'airports-store'),
        (flight, airport) => ({ ...flight, city: airport?.city ?? null }),
        { name: 'with-airport' },
      )
    const byAirport = departures.groupByKey()
    const add = (sum: Delays, flight: { delay: number; city: string | null }, airport: string): Delays => ({
      airport,
      city: flight.city,
      flights: sum.flights + 1,
      delay: sum.delay + flight.delay,
    })

    byAirport
      .windowedBy(tumbling('1h', { grace: '5m' }))
      .aggregate({
        store: 'hourly-delays',
        initial: nothingYet,
        add,
        value: json<Delays>(),
        retention: '1d',
        logging: keptForGood,
      })
      .toStream()
      .map((delays, hour) => [`${hour.key}@${hour.window.start}`, delays], { name: 'hour-as-text' })
      .to(hourlyDelays)

    byAirport
      .aggregate({ store: 'total-delays', initial: nothingYet, add, value: json<Delays>() })
      .toStream()
      .to(totalDelays)

    departures
      .groupBy(flight => flight.destination, { name: 'by-destination' })
      .count('arrivals')
      .toStream()
      .to(arrivals)
  },
})

export default app
