/**
 * One life of the flights app under test: broker, loader and app in one process, told by its parent what to do.
 *
 * It prints a line of JSON per event on stdout: `ready`, `loaded`, `caught-up`, `verified`. It may be killed at any moment.
 */
import { parseArgs } from 'node:util'
import { run, silentLogger, startEmbeddedBroker } from 'millrace/runtime'
import app from './app.ts'
import { compareOutputs, compareStores } from './compare.ts'
import { readFlightLines } from './dataset.ts'
import { load } from './load.ts'
import { computeTruth } from './truth.ts'

const { values: flags } = parseArgs({
  options: {
    directory: { type: 'string' },
    /** Flights that are to be loaded at the end of this life. */
    until: { type: 'string' },
    /** Compare everything with the truth when caught up, and end. */
    verify: { type: 'boolean', default: false },
  },
})
const directory = flags.directory!
const until = Number(flags.until)

function say(event: string, details: object = {}): void {
  process.stdout.write(`${JSON.stringify({ event, ...details })}\n`)
}

await using broker = await startEmbeddedBroker({ directory: `${directory}/broker` })
const loading = load(broker, {
  limit: until,
  flightsPerCommit: 500,
  read: (limit, from) => readFlightLines(`${directory}/flights.ndjson`, limit, from),
})
// The loader creates the topics at its very start; the app, which creates them too, runs beside it from here on.
const running = await run(app, { broker, stateDirectory: `${directory}/state`, logger: silentLogger })
await untilReady()
say('ready', {
  restored: running.restored.reduce((sum, { records }) => sum + records, 0),
  wiped: running.restored.filter(({ wiped }) => wiped !== undefined).length,
})
say('loaded', { loaded: await loading })
await running.caughtUp()
say('caught-up', { processed: running.processedCount })
if (flags.verify) {
  const truth = await computeTruth(until)
  const stores = await compareStores(running, broker, truth)
  await running.close()
  const outputs = await compareOutputs(broker, truth)
  say('verified', {
    records: outputs.records,
    storeRows: stores.storeRows,
    differences: [...outputs.differences, ...stores.differences],
  })
} else {
  await new Promise<void>(resolve => process.once('SIGTERM', () => resolve()))
  await running.close()
}

/** Resolves when every task has restored its stores; rejects if the app fails first. */
async function untilReady(): Promise<void> {
  while (!running.ready) {
    if (running.state !== 'running') await running.closed
    await new Promise(resolve => setTimeout(resolve, 5))
  }
}
