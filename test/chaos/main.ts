/**
 * Does the broker keep its word through `kill -9`?
 *
 *   npm run chaos:broker -- --kills 200 --seed 1
 *
 * Needs the build (`npm run build`). Writes to a folder of its own under the system's temporary one.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { brokerChaos } from './broker-chaos.ts'

const { values: flags } = parseArgs({
  options: {
    kills: { type: 'string', default: '50' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    /** Longest life after the start, ms. */
    life: { type: 'string', default: '3000' },
    port: { type: 'string' },
    /** `process` or `power`. */
    durability: { type: 'string', default: 'process' },
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
try {
  const began = performance.now()
  const { plainRecords, transactions, anomalies, slowestStart } = await brokerChaos({
    main: flags.main,
    directory,
    port: flags.port === undefined ? await freePort() : Number(flags.port),
    kills,
    seed,
    lifeMs: Number(flags.life),
    properties: [`durability=${flags.durability}`],
    tell: line => console.log(line),
  })
  const { committed, aborted, unknown } = transactions
  const count = (value: number) => value.toLocaleString('en')
  console.log(
    `${kills} kills in ${Math.round((performance.now() - began) / 1000)} s: ${count(plainRecords)} idempotent records, ` +
      `${count(committed)} transactions committed, ${count(aborted)} aborted, ${count(unknown)} in doubt; ` +
      `slowest start ${Math.round(slowestStart.ms)} ms (${Math.round(slowestStart.processorMs ?? NaN)} ms of it at work)`,
  )
  for (const anomaly of anomalies.slice(0, 50)) console.log(`ANOMALY ${anomaly}`)
  console.log(
    anomalies.length === 0 ? 'nothing lost, doubled, torn or out of order' : `${anomalies.length} anomalies`,
  )
  process.exitCode = anomalies.length === 0 ? 0 : 1
} finally {
  await rm(directory, { recursive: true, force: true })
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise(resolve => server.once('listening', resolve))
  const { port } = server.address() as { port: number }
  await new Promise(resolve => server.close(resolve))
  return port
}
