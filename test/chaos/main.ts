/**
 * Does the broker keep its word through `kill -9`?
 *
 *   npm run chaos:broker -- --kills 200 --seed 1
 *   npm run chaos:broker -- --ends --kills 200      killed as transactions end
 *   npm run chaos:broker -- --tables --kills 200    killed while it compacts what transactions write
 *
 * Needs the build (`npm run build`). Writes to a folder of its own under the system's temporary one.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { brokerChaos } from './broker-chaos.ts'
import { compactedTables } from './compacted-tables.ts'
import { freePort } from './free-port.ts'
import { transactionEnds } from './transaction-ends.ts'

const { values: flags } = parseArgs({
  options: {
    kills: { type: 'string', default: '50' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    /** Longest life after the start, ms. */
    life: { type: 'string', default: '3000' },
    port: { type: 'string' },
    /** `process` or `power`. */
    durability: { type: 'string', default: 'process' },
    /** Kill as transactions end (`transaction-ends.ts`), instead of at any moment. */
    ends: { type: 'boolean', default: false },
    /** Kill while tables are compacted (`compacted-tables.ts`). */
    tables: { type: 'boolean', default: false },
    main: {
      type: 'string',
      default: fileURLToPath(new URL('../../dist/runtime/cli/main.js', import.meta.url)),
    },
  },
})

const seed = Number(flags.seed)
const kills = Number(flags.kills)
console.log(`broker chaos: seed ${seed}, ${kills} kills, durability ${flags.durability}`)
const directory = await mkdtemp(join(tmpdir(), 'millrace-broker-chaos-'))
const run = {
  main: flags.main,
  directory,
  port: flags.port === undefined ? await freePort() : Number(flags.port),
  kills,
  seed,
  properties: [`durability=${flags.durability}`],
  tell: (line: string) => console.log(line),
}
const count = (value: number) => value.toLocaleString('en')
try {
  const anomalies = await (flags.ends ? killAtEnds() : flags.tables ? killCompacting() : killAnyTime())
  for (const anomaly of anomalies.slice(0, 50)) console.log(`ANOMALY ${anomaly}`)
  console.log(
    anomalies.length === 0 ? 'nothing lost, doubled, torn or out of order' : `${anomalies.length} anomalies`,
  )
  process.exitCode = anomalies.length === 0 ? 0 : 1
} finally {
  await rm(directory, { recursive: true, force: true })
}

async function killAnyTime(): Promise<readonly string[]> {
  const began = performance.now()
  const { plainRecords, transactions, anomalies, slowestStart } = await brokerChaos({
    ...run,
    lifeMs: Number(flags.life),
  })
  const { committed, aborted, unknown } = transactions
  console.log(
    `${kills} kills in ${Math.round((performance.now() - began) / 1000)} s: ${count(plainRecords)} idempotent records, ` +
      `${count(committed)} transactions committed, ${count(aborted)} aborted, ${count(unknown)} in doubt; ` +
      `slowest start ${Math.round(slowestStart.ms)} ms (${Math.round(slowestStart.processorMs ?? NaN)} ms of it at work)`,
  )
  return anomalies
}

async function killAtEnds(): Promise<readonly string[]> {
  const { committed, aborted, unanswered, slowestMs, anomalies } = await transactionEnds(run)
  console.log(
    `${kills} kills: ${count(committed)} commits and ${count(aborted)} aborts answered, ${count(unanswered.over)} not ` +
      `answered and over, ${count(unanswered.open)} not answered and open; readers waited ${Math.round(slowestMs)} ms at most`,
  )
  return anomalies
}

async function killCompacting(): Promise<readonly string[]> {
  const { transactions, written, left, readings, anomalies } = await compactedTables({
    ...run,
    lifeMs: Number(flags.life),
  })
  const { committed, aborted, unknown } = transactions
  console.log(
    `${kills} kills: ${count(committed)} transactions committed, ${count(aborted)} aborted, ${count(unknown)} in doubt; ` +
      `of ${count(written)} records ${count(left)} are left; read from the start ${count(readings)} times meanwhile`,
  )
  return anomalies
}
