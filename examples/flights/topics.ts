/** What are the topics of the flights example? Each is declared once; its types go everywhere. */
import { json, string, topic } from 'millrace'

export interface Flight {
  /** Departure, ms since the epoch: the timestamp of the record. */
  readonly date: number
  /** Minutes late; negative is early. */
  readonly delay: number
  /** Miles. */
  readonly distance: number
  readonly origin: string
  readonly destination: string
}

export interface Airport {
  readonly iata: string
  readonly name: string
  readonly city: string
  readonly state: string
  readonly country: string
  readonly latitude: number
  readonly longitude: number
}

/** Delays of an airport: in an hour, or in all. */
export interface Delays {
  readonly airport: string
  readonly city: string | null
  readonly flights: number
  /** Sum of the delays, minutes. */
  readonly delay: number
}

/**
 * The flights are of 2001: by Kafka's default of seven days, counted from the records' own timestamps, the broker would be
 * right to delete them at once.
 */
export const keptForGood: Readonly<Record<string, string>> = { 'retention.ms': '-1' }
const common = { partitions: 4, config: keptForGood } as const

/** Flights, keyed by the airport they leave from. */
export const flights = topic('flights', { key: string(), value: json<Flight>(), ...common })
/** Airports, keyed by IATA code: a table. */
export const airports = topic('airports', {
  key: string(),
  value: json<Airport>(),
  partitions: 4,
  config: { 'cleanup.policy': 'compact' },
})
/** Delays per airport and hour, keyed `airport@start of the hour`. */
export const hourlyDelays = topic('hourly-delays', { key: string(), value: json<Delays>(), ...common })
/** Delays per airport, keyed by airport. */
export const totalDelays = topic('total-delays', { key: string(), value: json<Delays>(), ...common })
/** Arrivals per airport, keyed by airport. */
export const arrivals = topic('arrivals', { key: string(), value: json<number>(), ...common })
