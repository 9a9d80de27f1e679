/**
 * Frames that no client would send, to a broker in a process of its own: does it live, answer others, and stay small?
 *
 *   npm run bench -- fuzz [--frames N] [--seed S] [--lanes N]
 *
 * After every chunk a clean client asks for versions and metadata, writes a record and reads it, and must be answered
 * within 3 s. The broker's memory is read after a collection, before the first frame and after the last.
 */
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { apiHandlers } from '../broker/handlers/table.ts'
import { seededRandom } from '../src/base/random.ts'
import { registerAllCodecs } from '../src/codecs/index.ts'
import type { FuzzReport } from './fuzz/child.ts'
import { CleanClient } from './fuzz/clean-client.ts'
import { Lane, type LaneOutcome } from './fuzz/lane.ts'
import { RequestMaker, type FrameKind } from './fuzz/request-maker.ts'

const chunkFrames = 10_000
const cleanMsMax = 3000
const mebibyte = 1 << 20
/** A frame that announces more than it has is never answered; others wait in groups at most. */
const silenceMs: Readonly<Record<FrameKind, number>> = {
  valid: 300,
  mutated: 300,
  truncated: 300,
  noise: 300,
  misframed: 50,
}

type Tally = Record<LaneOutcome, number>

export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      frames: { type: 'string', default: '1000000' },
      seed: { type: 'string', default: '1' },
      lanes: { type: 'string', default: '64' },
    },
  })
  registerAllCodecs()
  const directory = await mkdtemp(join(tmpdir(), 'millrace-fuzz-'))
  const child = fork(new URL('fuzz/child.js', import.meta.url), [directory], { execArgv: ['--expose-gc'] })
  try {
    await fuzz(child, {
      frames: Number(values.frames),
      seed: Number(values.seed),
      lanes: Number(values.lanes),
    })
  } finally {
    child.kill('SIGKILL')
    await rm(directory, { recursive: true, force: true })
  }
}

async function fuzz(
  child: ChildProcess,
  { frames, seed, lanes }: Record<'frames' | 'seed' | 'lanes', number>,
) {
  const before = await reportOf(child, false)
  const clean = await CleanClient.open(before.port)
  const maker = new RequestMaker(seededRandom(seed), [...apiHandlers.values()])
  maker.topicIds.push(...clean.topicIds)
  const tallies = new Map<FrameKind, Tally>()
  const pool = Array.from({ length: lanes }, () => new Lane(before.port))
  const started = performance.now()
  let sent = 0
  let slowestMs = 0
  let peakRss = before.rss
  for (let until = 0; until < frames;) {
    until = Math.min(frames, sent + chunkFrames)
    await Promise.all(
      pool.map(async lane => {
        while (sent < until) {
          sent++
          const frame = maker.next()
          const outcome = await lane.send(frame.bytes, silenceMs[frame.kind])
          const tally = tallies.get(frame.kind) ?? { answered: 0, refused: 0, silent: 0 }
          tallies.set(frame.kind, tally)
          tally[outcome]++
        }
      }),
    )
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`the broker died after ${sent} frames`)
    const cleanMs = await clean.ask()
    slowestMs = Math.max(slowestMs, cleanMs)
    if (cleanMs > cleanMsMax)
      throw new Error(`a clean client waited ${cleanMs.toFixed(0)} ms after ${sent} frames`)
    const { rss, faultCount } = await reportOf(child, true)
    peakRss = Math.max(peakRss, rss)
    process.stderr.write(`\r${sent} frames, ${(rss / mebibyte).toFixed(0)} MiB, ${faultCount} faults `)
  }
  const seconds = (performance.now() - started) / 1000
  for (const lane of pool) lane.close()
  const after = await reportOf(child, true)
  await clean.close()
  process.stderr.write('\n')
  console.log('| frames | number | answered | refused | no answer |\n|---|---|---|---|---|')
  for (const [kind, { answered, refused, silent }] of [...tallies].toSorted(([one], [other]) =>
    one < other ? -1 : 1,
  )) {
    console.log(`| ${kind} | ${answered + refused + silent} | ${answered} | ${refused} | ${silent} |`)
  }
  const grown = (after.rss - before.rss) / mebibyte
  console.log(
    `\nseed ${seed}: ${sent} frames in ${seconds.toFixed(0)} s, ${(sent / seconds).toFixed(0)} a second; crashes 0,`,
  )
  console.log(`faults ${after.faultCount}, slowest clean round ${slowestMs.toFixed(0)} ms, resident memory`)
  console.log(
    `${(before.rss / mebibyte).toFixed(0)} MiB before, ${(after.rss / mebibyte).toFixed(0)} after (+${grown.toFixed(0)}), most seen ${(peakRss / mebibyte).toFixed(0)}`,
  )
  for (const fault of after.faults) console.log(`\nFAULT ${fault}`)
  if (after.faultCount > 0 || grown > 300) process.exitCode = 1
}

async function reportOf(child: ChildProcess, ask: boolean): Promise<FuzzReport> {
  const told = once(child, 'message')
  if (ask) child.send('report')
  const [report] = (await told) as [FuzzReport]
  return report
}
