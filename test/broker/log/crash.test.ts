/**
 * Small workloads, stopped at every operation on the file system, with unsynced bytes and names kept, dropped or torn
 * (reliability 5.4, after ALICE and B3: small and exhaustive finds more than long and random).
 */
import { describe, expect, it } from 'vitest'
import { randomIndex, seededRandom, type Random } from '../../../src/base/random.ts'
import { logConfigDefaults } from '../../../broker/log/log-config.ts'
import { LogDirectory } from '../../../broker/log/log-directory.ts'
import type { Durability } from '../../../broker/log/log-types.ts'
import { MachineStopped, MemoryFiles, stopAt, type CrashMode } from '../../../broker/log/memory-files.ts'
import type { PartitionLog } from '../../../broker/log/partition-log.ts'
import { batchOf, recordsOf, startMs } from './log-bench.ts'

const config = { ...logConfigDefaults, segmentBytes: 260, indexIntervalBytes: 90 }
const producer = { producerId: 4, producerEpoch: 0 }

/** What was acknowledged before the machine stopped. */
interface Acknowledged {
  readonly values: string[]
  aborted: boolean
  committed: boolean
  deletedBefore: number
}

type Step = (log: PartitionLog, directory: LogDirectory, done: Acknowledged) => Promise<void>

let sequence = 0
const write =
  (value: string): Step =>
  async (log, _directory, done) => {
    const batch = batchOf([value], { ...producer, baseSequence: sequence++ })
    log.append(batch, { origin: 'client', nowMs: startMs })
    await log.durable()
    done.values.push(value)
  }
/** Several appends, acknowledged together by one sync. */
const writeBurst =
  (...values: readonly string[]): Step =>
  async (log, _directory, done) => {
    for (const value of values) {
      const batch = batchOf([value], { ...producer, baseSequence: sequence++ })
      log.append(batch, { origin: 'client', nowMs: startMs })
    }
    await log.durable()
    done.values.push(...values)
  }
const writeOpen =
  (value: string): Step =>
  async log => {
    log.append(batchOf([value], { ...producer, baseSequence: sequence++, transactional: true }), {
      origin: 'client',
      nowMs: startMs,
    })
    await log.durable()
  }
const end =
  (commit: boolean): Step =>
  async (log, _directory, done) => {
    log.appendMarker({ ...producer, commit, coordinatorEpoch: 0, nowMs: startMs })
    await log.durable()
    if (commit) done.committed = true
    else done.aborted = true
  }
const deleteBefore =
  (offset: number): Step =>
  async (log, directory, done) => {
    log.deleteRecordsBefore(offset)
    directory.checkpoint()
    done.deletedBefore = offset
    directory.maintain(startMs)
  }
const checkpoint: Step = async (_log, directory) => directory.checkpoint()
/** What upkeep does once many bytes were appended. */
const note: Step = async log => log.store.note(log.logEndOffset)
const idle: Step = async log => log.idle()

const workloads: Readonly<Record<string, readonly Step[]>> = {
  'appends that roll': ['a', 'b', 'c', 'd', 'e', 'f'].map(write),
  'bursts over several segments': [writeBurst('a', 'b', 'c', 'd', 'e', 'f'), writeBurst('g', 'h', 'i', 'j')],
  'a committed transaction': [write('a'), writeOpen('t1'), writeOpen('t2'), end(true)],
  'an aborted transaction over segments': [
    writeOpen('t1'),
    writeOpen('t2'),
    writeOpen('t3'),
    end(false),
    write('a'),
  ],
  'checkpoints between': [
    write('a'),
    write('b'),
    checkpoint,
    write('c'),
    idle,
    checkpoint,
    write('d'),
    write('e'),
  ],
  'notes between': [write('a'), note, write('b'), write('c'), note, checkpoint, write('d'), note, write('e')],
  'notes around an aborted transaction': [
    writeOpen('t1'),
    note,
    writeOpen('t2'),
    note,
    end(false),
    note,
    checkpoint,
    write('a'),
    note,
    write('b'),
  ],
  DeleteRecords: [write('a'), write('b'), write('c'), write('d'), deleteBefore(3), write('e')],
}

function open(files: MemoryFiles, durability: Durability): LogDirectory {
  return LogDirectory.open({
    files,
    root: '/data',
    nowMs: startMs,
    random: seededRandom(1),
    logConfig: () => config,
    durability,
    retentionIntervalMs: 0,
  })
}

function logOf(directory: LogDirectory): PartitionLog {
  return (
    directory.get('t', 0) ??
    directory.create({ topic: 't', partition: 0, topicId: 'AAAAAAAAAAAAAAAAAAAAAg', config, nowMs: startMs })
  )
}

async function runUntilStopped(
  files: MemoryFiles,
  durability: Durability,
  steps: readonly Step[],
): Promise<Acknowledged> {
  const done: Acknowledged = { values: [], aborted: false, committed: false, deletedBefore: 0 }
  sequence = 0
  try {
    const directory = open(files, durability)
    const log = logOf(directory)
    for (const step of steps) await step(log, directory, done)
    await directory.close()
  } catch (error) {
    if (!(error instanceof MachineStopped)) throw error
  }
  return done
}

/** Values that a reader of committed records sees, and all offsets in order without a gap. */
function committed(log: PartitionLog): readonly (string | null)[] {
  const seen: (string | null)[] = []
  let offset = log.logStartOffset
  while (offset < log.lastStableOffset) {
    const read = log.read({ offset, maxBytes: 1 << 20, isolation: 'read_committed' })
    for (const record of recordsOf(read.records)) {
      if (record.offset < offset) continue
      expect(record.offset).toBe(offset++)
      const hidden = read.abortedTransactions!.some(
        each => each.firstOffset <= record.offset && record.offset <= each.lastOffset,
      )
      if (!record.control && !hidden) seen.push(record.value)
    }
  }
  return seen
}

/** Stops the machine at some operation of the recovery as well. */
function crashAgain(
  files: MemoryFiles,
  durability: Durability,
  { mode, random }: { readonly mode: CrashMode; readonly random: Random },
): void {
  files.faults = stopAt(files.operationCount + 1 + randomIndex(random, 12), random)
  try {
    open(files, durability)
  } catch (error) {
    if (!(error instanceof MachineStopped)) throw error
  }
  files.crash(mode, random)
}

function check(files: MemoryFiles, durability: Durability, done: Acknowledged, place: string): void {
  const directory = open(files, durability)
  const log = logOf(directory)
  expect(log.recovery.corruptRanges, place).toEqual([])
  const seen = committed(log)
  expect(log.logStartOffset, place).toBeGreaterThanOrEqual(done.deletedBefore)
  const kept = done.values.filter(value => value.charCodeAt(0) - 97 >= log.logStartOffset)
  expect(
    seen.filter(value => kept.includes(value!)),
    place,
  ).toEqual(kept)
  const transactional = seen.filter(value => value!.startsWith('t'))
  if (done.aborted) expect(transactional, place).toEqual([])
  if (done.committed) expect(transactional, place).toEqual(['t1', 't2'])
  if (!done.committed && transactional.length > 0) expect(transactional, place).toEqual(['t1', 't2'])
  // It takes writes, and knows the last acknowledged batch again.
  log.append(batchOf(['z']), { origin: 'client', nowMs: startMs })
}

describe.each(Object.entries(workloads))('%s', (_name, steps) => {
  it.each<[Durability, CrashMode]>([
    ['process', 'kept'],
    ['power', 'kept'],
    ['power', 'dropped'],
    ['power', 'torn'],
  ])('with durability %s, unsynced %s', async (durability, mode) => {
    const whole = new MemoryFiles()
    await runUntilStopped(whole, durability, steps)
    for (let ordinal = 1; ordinal <= whole.operationCount; ordinal++) {
      for (let seed = 1; seed <= (mode === 'torn' ? 4 : 1); seed++) {
        const files = new MemoryFiles()
        const random = seededRandom(ordinal * 100 + seed)
        files.faults = stopAt(ordinal, random)
        const done = await runUntilStopped(files, durability, steps)
        files.crash(mode, random)
        crashAgain(files, durability, { mode, random })
        check(files, durability, done, `operation ${ordinal}, seed ${ordinal * 100 + seed}`)
      }
    }
  })
})

it('under durability "process" a loss of power may take the newest records, but never leaves a changed one', async () => {
  const steps = workloads['appends that roll']!
  const whole = new MemoryFiles()
  await runUntilStopped(whole, 'process', steps)
  for (let ordinal = 1; ordinal <= whole.operationCount; ordinal++) {
    const files = new MemoryFiles()
    const random = seededRandom(ordinal)
    files.faults = stopAt(ordinal, random)
    await runUntilStopped(files, 'process', steps)
    files.crash('torn', random)
    const log = logOf(open(files, 'process'))
    const damaged = new Set(log.recovery.corruptRanges.flatMap(range => [range.fromOffset, range.toOffset]))
    for (let offset = log.logStartOffset; offset < log.logEndOffset; offset++) {
      if (damaged.has(offset)) continue
      const [record] = recordsOf(log.read({ offset, maxBytes: 1 }).records)
      expect(record?.value).toBe('abcdef'[record!.offset])
    }
  }
})
