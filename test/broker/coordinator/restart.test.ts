/**
 * A broker that dies inside a transaction: at every write of it, in every way that a crash leaves the disk, and again
 * while it recovers. What was decided is carried out, what was not is never seen, and nothing hangs
 * (reliability.md section 5, items 4 and 7).
 */
import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../../src/base/random.ts'
import { stopAt, type CrashMode } from '../../../broker/log/memory-files.ts'
import {
  commitOffset,
  committed,
  groupState,
  join,
  leave,
  settleGroup,
  stableGroup,
  sync,
} from './group-requests.ts'
import {
  addPartitions,
  commitInTransaction,
  committedValues,
  describeTransaction,
  endTransaction,
  initProducer,
  write,
  type TestProducer,
} from './transaction-requests.ts'
import { errorName, startWorld, type World } from './world.ts'

type Outcome = 'commit' | 'abort'

interface Run {
  readonly world: World
  /** What the client was told of the second transaction's end, if it was told. */
  readonly acknowledged: boolean
}

/** One transaction that commits, and a second one that reaches two partitions and an offset and ends with `outcome`. */
async function workload(world: World, outcome: Outcome): Promise<boolean> {
  const { connection } = world
  let producer: TestProducer = await initProducer(connection)
  await write(connection, producer, 'before')
  producer = await endTransaction(connection, producer, 'commit')
  await write(connection, producer, 'a')
  await write(connection, producer, 'b', { partition: 1 })
  await commitInTransaction(connection, producer, 7)
  const { error } = await endTransaction(connection, producer, outcome)
  return error === 'NONE'
}

/** Runs the workload until the machine stops at its `k`-th write. */
async function runUntil(k: number, outcome: Outcome, mode: CrashMode): Promise<Run> {
  const world = await startWorld({ durability: mode === 'kept' ? 'process' : 'power' })
  await commitOffset(world.connection, 3)
  const random = seededRandom(k)
  world.files.faults = stopAt(world.files.operationCount + k, random)
  const acknowledged = await workload(world, outcome).catch(() => false)
  return { world, acknowledged }
}

/** How many writes the workload makes. */
async function writesOf(outcome: Outcome, mode: CrashMode): Promise<number> {
  const world = await startWorld({ durability: mode === 'kept' ? 'process' : 'power' })
  await commitOffset(world.connection, 3)
  const before = world.files.operationCount
  expect(await workload(world, outcome)).toBe(true)
  return world.files.operationCount - before
}

/** What is seen once a new producer has taken over, as text. */
async function seen(world: World): Promise<string> {
  const { error } = await initProducer(world.connection)
  const first = await committedValues(world.connection)
  const second = await committedValues(world.connection, 1)
  const offset = await committed(world.connection, { requireStable: true })
  const open = first.open + second.open
  return `${[...first.values, ...second.values].join(',')} @${offset} open ${open} ${error}`
}

const nothing = ' @3 open 0 NONE'
const onlyFirst = 'before @3 open 0 NONE'
const all = 'before,a,b @7 open 0 NONE'

/** How often each crash is tried: what is torn off is up to chance. */
const trials = { kept: 1, dropped: 1, torn: 4 } as const

describe.each(['kept', 'dropped', 'torn'] as const)('a crash that leaves what it wrote %s', mode => {
  it.each(['commit', 'abort'] as const)(
    'at every write of a transaction that ends with %s',
    async outcome => {
      const writes = await writesOf(outcome, mode)
      expect(writes).toBeGreaterThan(10)
      const ends = new Set<string>()
      for (let trial = 0; trial < trials[mode] * (writes + 1); trial++) {
        const k = 1 + (trial % (writes + 1))
        const { world, acknowledged } = await runUntil(k, outcome, mode)
        world.files.crash(mode, seededRandom(trial))
        await world.restart()
        const result = await seen(world)
        ends.add(result)
        const place = `trial ${trial}: write ${k} of ${writes}, ${acknowledged ? 'acknowledged' : 'not'}`
        expect(allowedAfter(outcome, acknowledged), place).toContain(result)
      }
      expect(ends.size).toBe(outcome === 'commit' ? 3 : 2)
    },
  )
})

function allowedAfter(outcome: Outcome, acknowledged: boolean): string[] {
  const last = outcome === 'commit' ? all : onlyFirst
  return acknowledged ? [last] : [nothing, onlyFirst, last]
}

it('a second crash, at every write of the recovery', async () => {
  // Between the decision and the last marker: where recovery has most to do.
  const writes = await writesOf('commit', 'kept')
  for (let k = writes - 5; k <= writes; k++) {
    for (let again = 1; ; again++) {
      const { world } = await runUntil(k, 'commit', 'kept')
      world.files.crash('kept')
      world.files.faults = stopAt(world.files.operationCount + again, seededRandom(again))
      const died = await world.restartFailing()
      await world.restart()
      expect([onlyFirst, all], `write ${k}, then write ${again} of the recovery`).toContain(await seen(world))
      if (!died) break
    }
  }
})

describe('a restart in the state', () => {
  it('Empty: the epoch goes on', async () => {
    const world = await startWorld()
    const producer = await initProducer(world.connection)
    await world.restart()
    expect((await describeTransaction(world.connection)).transactionState).toBe('Empty')
    expect(await write(world.connection, producer, 'a')).toBe('NONE')
    expect((await endTransaction(world.connection, producer)).error).toBe('NONE')
    expect((await committedValues(world.connection)).values).toEqual(['a'])
  })

  it.each([
    ['kept', 4],
    ['kept', 5],
    ['clean', 5],
  ] as const)('Ongoing: the transaction goes on (%s, EndTxn v%i)', async (mode, version) => {
    const world = await startWorld()
    const producer = await initProducer(world.connection)
    if (version === 4) await addPartitions(world.connection, producer, [0, 1])
    await write(world.connection, producer, 'a', { version: version === 4 ? 11 : 12 })
    await world.restart(mode)
    expect((await describeTransaction(world.connection)).transactionState).toBe('Ongoing')
    expect(await committedValues(world.connection)).toEqual({ values: [], open: 1 })
    const options = { sequence: 1, version: version === 4 ? 11 : 12 }
    expect(await write(world.connection, producer, 'b', options)).toBe('NONE')
    expect((await endTransaction(world.connection, producer, 'commit', { version })).error).toBe('NONE')
    expect(await committedValues(world.connection)).toEqual({ values: ['a', 'b'], open: 0 })
  })

  it.each(['commit', 'abort'] as const)(
    'Prepare: the %s is finished before anyone is answered',
    async outcome => {
      const world = await startWorld()
      const producer = await initProducer(world.connection)
      await write(world.connection, producer, 'a')
      await write(world.connection, producer, 'b', { partition: 1 })
      // The disk takes the decision and the first marker, and refuses the second.
      world.files.faults = ({ path }) => (path.includes('/input-1/') ? { errno: 'ENOSPC' } : undefined)
      expect((await endTransaction(world.connection, producer, outcome)).error).toBe('NONE')
      const state = outcome === 'commit' ? 'PrepareCommit' : 'PrepareAbort'
      expect((await describeTransaction(world.connection)).transactionState).toBe(state)
      expect((await committedValues(world.connection, 1)).open).toBeGreaterThan(0)
      await world.restart()
      const ended = outcome === 'commit' ? 'CompleteCommit' : 'CompleteAbort'
      expect((await describeTransaction(world.connection)).transactionState).toBe(ended)
      const values = outcome === 'commit' ? ['b'] : []
      expect(await committedValues(world.connection, 1)).toEqual({ values, open: 0 })
    },
  )

  it.each(['commit', 'abort'] as const)('Complete: a repeated %s is answered as before', async outcome => {
    const world = await startWorld()
    const producer = await initProducer(world.connection)
    await write(world.connection, producer, 'a')
    const ended = await endTransaction(world.connection, producer, outcome)
    await world.restart()
    expect(await endTransaction(world.connection, producer, outcome)).toEqual(ended)
    expect((await committedValues(world.connection)).open).toBe(0)
  })
})

describe('a disk that refuses for a while', () => {
  it('leaves decided transactions decided, and their ends are written when there is space', async () => {
    const world = await startWorld()
    const producer = await initProducer(world.connection)
    await write(world.connection, producer, 'a')
    world.files.faults = ({ kind, path }) =>
      kind === 'write' && path.includes('/input-0/') ? { errno: 'ENOSPC' } : undefined
    const next = await endTransaction(world.connection, producer, 'commit')
    expect(next).toMatchObject({ error: 'NONE', producerEpoch: 1 })
    expect(await addPartitions(world.connection, next, [1])).toBe('CONCURRENT_TRANSACTIONS')
    expect(await write(world.connection, next, 'b', { partition: 1 })).toBe('CONCURRENT_TRANSACTIONS')
    expect(await write(world.connection, next, 'b', { partition: 1, version: 11 })).toBe(
      'NOT_ENOUGH_REPLICAS',
    )
    expect((await endTransaction(world.connection, producer, 'commit')).error).toBe('CONCURRENT_TRANSACTIONS')
    expect((await endTransaction(world.connection, producer, 'abort')).error).toBe('INVALID_TXN_STATE')
    expect((await endTransaction(world.connection, next, 'abort')).error).toBe('CONCURRENT_TRANSACTIONS')
    expect((await initProducer(world.connection)).error).toBe('CONCURRENT_TRANSACTIONS')
    await world.clock.advance(1000)
    expect((await describeTransaction(world.connection)).transactionState).toBe('PrepareCommit')
    world.files.faults = undefined
    await world.clock.advance(200)
    expect(await committedValues(world.connection)).toEqual({ values: ['a'], open: 0 })
    expect(await write(world.connection, next, 'b', { partition: 1 })).toBe('NONE')
  })

  it('gives nobody an assignment that it cannot keep, and all join again', async () => {
    const world = await startWorld()
    const members = await stableGroup(world, 2)
    const joins = await Promise.all(
      members.map(({ connection, memberId }) =>
        join(connection, { memberId, metadata: new Uint8Array([1]) }),
      ),
    )
    world.files.faults = ({ kind }) => (kind === 'write' ? { errno: 'ENOSPC' } : undefined)
    const { generationId } = joins[0]!
    const syncs = await Promise.all(
      members.toReversed().map(({ connection, memberId }) => sync(connection, { memberId, generationId })),
    )
    expect(syncs.map(({ errorCode }) => errorName(errorCode))).toEqual([
      'COORDINATOR_NOT_AVAILABLE',
      'COORDINATOR_NOT_AVAILABLE',
    ])
    expect(await groupState(world.connection)).toBe('PreparingRebalance')
    world.files.faults = undefined
    await settleGroup(members)
    expect(await groupState(world.connection)).toBe('Stable')
  })

  it('lets members go all the same', async () => {
    const world = await startWorld()
    const [member] = await stableGroup(world, 1)
    world.files.faults = ({ kind }) => (kind === 'write' ? { errno: 'ENOSPC' } : undefined)
    expect(await leave(world.connection, [member!])).toEqual(['NONE'])
    expect(await groupState(world.connection)).toBe('Empty')
  })

  it('refuses what it cannot keep with a code that clients retry on, and loses nothing', async () => {
    const world = await startWorld()
    await commitOffset(world.connection, 3)
    const producer = await initProducer(world.connection)
    world.files.faults = ({ kind }) => (kind === 'write' ? { errno: 'ENOSPC', writtenBytes: 5 } : undefined)
    expect(await commitOffset(world.connection, 4)).toBe('COORDINATOR_NOT_AVAILABLE')
    expect(await addPartitions(world.connection, producer)).toBe('COORDINATOR_NOT_AVAILABLE')
    expect((await initProducer(world.connection)).error).toBe('COORDINATOR_NOT_AVAILABLE')
    world.files.faults = undefined
    expect(await committed(world.connection)).toBe(3)
    expect(await commitOffset(world.connection, 5)).toBe('NONE')
    expect(await addPartitions(world.connection, producer)).toBe('NONE')
    await world.restart()
    expect(await committed(world.connection)).toBe(5)
  })
})
