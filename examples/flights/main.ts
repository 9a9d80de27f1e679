/**
 * Which airports made people wait in 2001? Loads flights into the embedded broker, runs the app, and checks it.
 *
 *   npm start                    a part of the flights, in under a minute
 *   npm start -- --all           all three million
 *   npm start -- --limit 100000  as many as you like
 *   npm start -- --keep          go on from the data of the last run instead of beginning anew
 */
import { rm } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { run, silentLogger, startEmbeddedBroker, type RunningApp } from 'millrace/runtime'
import app from './app.ts'
import { countFlights } from './dataset.ts'
import { load } from './load.ts'
import { showProgress } from './progress.ts'
import type { Delays } from './topics.ts'
import { computeTruth } from './truth.ts'

const limitDefault = 500_000
const rows = 10

const { values: flags } = parseArgs({
  options: {
    all: { type: 'boolean', default: false },
    limit: { type: 'string' },
    keep: { type: 'boolean', default: false },
    directory: { type: 'string', default: '.millrace/flights' },
  },
})
const available = await countFlights()
const limit = flags.all ? available : Math.min(available, Number(flags.limit ?? limitDefault))
if (!Number.isInteger(limit) || limit < 1) {
  console.error(`--limit takes a number of flights, 1 to ${available}; not ${flags.limit}`)
  process.exit(2)
}
if (!flags.keep) await rm(flags.directory, { recursive: true, force: true })
process.exitCode = (await main()) ? 0 : 1

async function main(): Promise<boolean> {
  await using broker = await startEmbeddedBroker({ directory: `${flags.directory}/broker` })
  const loading = showProgress('loading', limit)
  await load(broker, { limit, onProgress: loading.update })
  loading.stop()

  await using running = await run(app, {
    broker,
    stateDirectory: `${flags.directory}/state`,
    logger: silentLogger,
    handleSignals: true,
  })
  await processAll(running)
  const totals = new Map<string, Delays>()
  for await (const [airport, delays] of running.entries<string, Delays>('total-delays'))
    totals.set(airport, delays)
  printWorst(totals)
  return await check(totals)
}

/** Waits until everything is processed, showing how far it is. */
async function processAll(running: RunningApp): Promise<void> {
  // Each flight is processed twice: as a departure, and after the repartition as an arrival.
  const progress = showProgress('processing', limit * 2)
  const timer = setInterval(() => progress.update(Math.min(limit * 2, running.processedCount)), 100)
  try {
    await running.caughtUp()
  } finally {
    clearInterval(timer)
    progress.update(Math.min(limit * 2, running.processedCount))
    progress.stop()
  }
}

function printWorst(totals: ReadonlyMap<string, Delays>): void {
  const busy = [...totals.values()].filter(({ flights }) => flights >= limit / 1000)
  const worst = busy.toSorted((a, b) => b.delay / b.flights - a.delay / a.flights).slice(0, rows)
  console.log(
    `\nThe worst airports of ${limit.toLocaleString('en')} flights (those with 0.1 % of them or more)\n`,
  )
  console.log(
    `${'airport'.padEnd(8)} ${'city'.padEnd(26)} ${'flights'.padStart(9)} ${'mean delay, min'.padStart(16)}`,
  )
  for (const { airport, city, flights, delay } of worst)
    console.log(
      `${airport.padEnd(8)} ${(city ?? '?').padEnd(26)} ${flights.toLocaleString('en').padStart(9)} ${(delay / flights).toFixed(1).padStart(16)}`,
    )
}

/** Holds every total against a direct pass over the file. */
async function check(totals: ReadonlyMap<string, Delays>): Promise<boolean> {
  const truth = await computeTruth(limit, { lastOnly: true })
  let wrong = 0
  for (const airport of new Set([...truth.totals.keys(), ...totals.keys()])) {
    const due = truth.totals.get(airport)?.at(-1)
    const found = totals.get(airport)
    if (due?.flights === found?.flights && due?.delay === found?.delay && due?.city === found?.city) continue
    wrong += 1
    console.error(`${airport}: ${JSON.stringify(found)}, the file says ${JSON.stringify(due)}`)
  }
  console.log(
    `\nchecked against the file: ${truth.totals.size} airports, ${truth.flights.toLocaleString('en')} flights, ${wrong} wrong`,
  )
  return wrong === 0
}
