/** Is everything there, once, and right? Compares outputs and stores with the truth, record by record. */
import { isDeepStrictEqual } from 'node:util'
import { readTopic, type EmbeddedBroker, type RunningApp } from 'millrace/runtime'
import { arrivals, hourlyDelays, totalDelays, type Delays } from './topics.ts'
import type { Truth } from './truth.ts'

/** What was compared, and the first differences in words. */
export interface Comparison {
  readonly records: number
  readonly storeRows: number
  readonly differences: readonly string[]
}

/** At most this many differences are described. */
const differencesMax = 10
const dayMs = 86_400_000

/** Reads every output committed, and holds each record of each key against the one that is due. */
export async function compareOutputs(broker: EmbeddedBroker, truth: Truth): Promise<Comparison> {
  const differences: string[] = []
  const report = (text: string): void => void (differences.length < differencesMax && differences.push(text))
  let records = 0
  const sums = [
    [hourlyDelays, truth.hourly],
    [totalDelays, truth.totals],
  ] as const
  for (const [topic, expected] of sums) {
    const seen = new Map<string, number>()
    for await (const { key, value } of readTopic(broker, topic)) {
      records += 1
      const index = seen.get(key!) ?? 0
      seen.set(key!, index + 1)
      const due = expected.get(key!)?.[index]
      if (!isDeepStrictEqual(value, due)) report(unequal(`${topic.name} ${key} #${index}`, value, due))
    }
    for (const [key, rows] of expected)
      if (seen.get(key) !== rows.length)
        report(`${topic.name} ${key}: ${seen.get(key) ?? 0} records, ${rows.length} are due`)
  }
  const counted = new Map<string, number>()
  for await (const { key, value } of readTopic(broker, arrivals)) {
    records += 1
    const due = (counted.get(key!) ?? 0) + 1
    counted.set(key!, due)
    if (value !== due) report(unequal(`arrivals ${key}`, value, due))
  }
  for (const [key, due] of truth.arrivals)
    if (counted.get(key) !== due) report(`arrivals ${key}: ${counted.get(key) ?? 0} records, ${due} are due`)
  return { records, storeRows: 0, differences }
}

/** Reads every row of every store of a running app, and holds it against the truth. */
export async function compareStores(
  app: RunningApp,
  broker: EmbeddedBroker,
  truth: Truth,
): Promise<Comparison> {
  const differences: string[] = []
  const report = (text: string): void => void (differences.length < differencesMax && differences.push(text))
  let rows = 0
  for await (const [key, value] of app.entries<string, Delays>('total-delays')) {
    rows += 1
    const due = truth.totals.get(key)?.at(-1)
    if (!isDeepStrictEqual(value, due)) report(unequal(`store total-delays ${key}`, value, due))
  }
  if (rows !== truth.totals.size) report(`store total-delays has ${rows} rows, ${truth.totals.size} are due`)
  let arrived = 0
  for await (const [key, value] of app.entries<string, number>('arrivals')) {
    arrived += 1
    if (value !== truth.arrivals.get(key))
      report(unequal(`store arrivals ${key}`, value, truth.arrivals.get(key)))
  }
  if (arrived !== truth.arrivals.size)
    report(`store arrivals has ${arrived} rows, ${truth.arrivals.size} are due`)
  let airportRows = 0
  for await (const entry of app.entries('airports-store')) {
    airportRows += 1
    if (entry[1] === undefined) report(`store airports-store ${String(entry[0])} is empty`)
  }
  if (airportRows !== truth.airports)
    report(`store airports-store has ${airportRows} rows, ${truth.airports} are due`)
  const hours = await retainedHours(broker, truth)
  let windows = 0
  for await (const { key, start, value } of app.windows<string, Delays>('hourly-delays')) {
    windows += 1
    const hour = `${key}@${start}`
    if (!hours.delete(hour)) report(`store hourly-delays ${hour} is past its retention, or nobody's`)
    const due = truth.hourly.get(hour)?.at(-1)
    if (!isDeepStrictEqual(value, due)) report(unequal(`store hourly-delays ${hour}`, value, due))
  }
  for (const hour of hours) report(`store hourly-delays lacks ${hour}`)
  return { records: 0, storeRows: rows + arrived + airportRows + windows, differences }
}

/** The windows that the store still has to hold: in each partition, which is that of the airport, those of the last day. */
async function retainedHours(broker: EmbeddedBroker, truth: Truth): Promise<Set<string>> {
  const partitionOf = new Map<string, number>()
  for await (const { key, partition } of readTopic(broker, totalDelays)) partitionOf.set(key!, partition)
  const hours = [...truth.hourly.keys()].map(hour => {
    const [airport, start] = hour.split('@') as [string, string]
    return { hour, start: Number(start), partition: partitionOf.get(airport) ?? -1 }
  })
  const latest = new Map<number, number>()
  for (const { start, partition } of hours) latest.set(partition, Math.max(latest.get(partition) ?? 0, start))
  return new Set(
    hours.filter(({ start, partition }) => start > latest.get(partition)! - dayMs).map(({ hour }) => hour),
  )
}

function unequal(place: string, found: unknown, due: unknown): string {
  return `${place}: ${JSON.stringify(found)}, due is ${JSON.stringify(due)}`
}
