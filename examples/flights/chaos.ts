/**
 * Does exactly-once hold through `kill -9`? Kills app and broker at random moments, then compares everything.
 *
 *   npm run chaos -- --kills 50 --seed 1
 *
 * Each life of the child process loads some more flights and processes them, and is killed after a random time: in its start,
 * in recovery, in the middle of a transaction, or at rest. The last life finishes the job, and every output record
 * and store row is held against the truth, which other code computes from the file.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { writeFlightLines } from './dataset.ts'

/** What a life has said, by event. */
type Events = Readonly<Record<string, Readonly<Record<string, unknown>> | undefined>>

const { values: flags } = parseArgs({
  options: {
    kills: { type: 'string', default: '50' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    flights: { type: 'string' },
    /** Longest life after the start, ms. */
    life: { type: 'string', default: '1200' },
  },
})
const kills = Number(flags.kills)
const seed = Number(flags.seed)
const flightCount = Number(flags.flights ?? Math.max(10_000, kills * 10_000))
const lifeMsMax = Number(flags.life)
/** A start takes about this long, ms. */
const startMsMax = 800
/** A life that is not killed must be done by then. */
const lastLifeMsMax = 120_000

console.log(`chaos: seed ${seed}, ${kills} kills, ${flightCount.toLocaleString('en')} flights`)
const directory = await mkdtemp(join(tmpdir(), 'millrace-chaos-'))
try {
  await writeFlightLines(join(directory, 'flights.ndjson'), flightCount)
  process.exitCode = (await chaos()) ? 0 : 1
} finally {
  await rm(directory, { recursive: true, force: true })
}

async function chaos(): Promise<boolean> {
  const random = mulberry32(seed)
  for (let life = 1; life <= kills; life++) {
    const until = Math.ceil((flightCount * life) / (kills + 1))
    // One in four dies within its start, the others some time after it.
    const inStart = random() < 0.25
    const lifeMs = Math.round(random() * (inStart ? startMsMax : lifeMsMax))
    const events = await live(until, { lifeMs, from: inStart ? 'spawn' : 'ready' })
    const { restored } = events['ready'] ?? {}
    const state = events['caught-up']
      ? 'at rest'
      : events['loaded']
        ? 'processing'
        : events['ready']
          ? 'loading and processing'
          : 'starting'
    const replayed = restored === undefined ? '' : `, had restored ${Number(restored)} records`
    const after = inStart ? `${lifeMs} ms` : `start and ${lifeMs} ms`
    console.log(`kill ${life}/${kills} after ${after}: ${state}${replayed}`)
  }
  const events = await live(flightCount)
  const { restored, wiped } = events['ready'] ?? {}
  console.log(`last start: restored ${Number(restored)} records, ${Number(wiped)} stores from the beginning`)
  const verified = events['verified'] as
    | { records: number; storeRows: number; differences: readonly string[] }
    | undefined
  if (verified === undefined) {
    console.log('FAILED: the last life did not finish')
    return false
  }
  for (const difference of verified.differences) console.log(`  ${difference}`)
  const verdict = verified.differences.length === 0 ? 'EXACTLY ONCE' : 'FAILED'
  console.log(`${verdict}: ${verified.records} output records and ${verified.storeRows} store rows compared`)
  return verified.differences.length === 0
}

/** When a life ends: so long after it was spawned, or after it was ready. */
interface Fate {
  readonly lifeMs: number
  readonly from: 'spawn' | 'ready'
}

/** Starts a child and kills it as `fate` says, or lets it finish and verify. Throws if it ends by itself too early. */
async function live(until: number, fate?: Fate): Promise<Events> {
  const script = fileURLToPath(new URL('./chaos-life.js', import.meta.url))
  const args = [
    '--directory',
    directory,
    '--until',
    String(until),
    ...(fate === undefined ? ['--verify'] : []),
  ]
  const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  const kill = (): void => void child.kill('SIGKILL')
  let timer = setTimeout(kill, fate?.from === 'spawn' ? fate.lifeMs : lastLifeMsMax)
  const events: Record<string, Record<string, unknown>> = {}
  createInterface({ input: child.stdout }).on('line', line => {
    const { event, ...details } = JSON.parse(line) as { event: string }
    events[event] = details
    if (event !== 'ready' || fate?.from !== 'ready') return
    clearTimeout(timer)
    timer = setTimeout(kill, fate.lifeMs)
  })
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null]
  clearTimeout(timer)
  if (fate === undefined ? code !== 0 : signal !== 'SIGKILL') throw endedEarly(child, code, signal)
  return events
}

function endedEarly(child: ChildProcess, code: number | null, signal: string | null): Error {
  return new Error(
    `the child (pid ${child.pid}) ended by itself: code ${code}, signal ${signal}; seed ${seed}`,
  )
}

/** Numbers in [0, 1), the same for the same seed. */
function mulberry32(start: number): () => number {
  let state = start >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
