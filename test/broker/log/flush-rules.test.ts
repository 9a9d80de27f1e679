/** `flush.messages` and `flush.ms`: what reaches the disk under durability "process" before anyone rolls a segment (G40). */
import { describe, expect, it } from 'vitest'
import { batch, createTopic, produce, producedTo, startFixture } from '../broker-fixture.ts'
import { settle } from '../virtual-clock.ts'
import { batchOf, openLog, recordsOf, type Bench } from './log-bench.ts'

function append(bench: Bench, value: string): void {
  bench.log.append(batchOf([value]), { origin: 'client', nowMs: bench.nowMs })
}

/** What is left after a loss of power. */
function left(bench: Bench): (string | null)[] {
  bench.files.crash('dropped')
  bench.reopen()
  const { logEndOffset } = bench.log
  if (logEndOffset === 0) return []
  return recordsOf(bench.log.read({ offset: 0, maxBytes: 100_000 }).records).map(({ value }) => value)
}

describe('flush.messages', () => {
  it('is waited for by the append that reaches it, and by none before', async () => {
    const bench = openLog({ config: { flushMessages: 3 } })
    for (const value of ['a', 'b']) {
      append(bench, value)
      expect(bench.log.durable()).toBeUndefined()
    }
    append(bench, 'c')
    await bench.log.durable()
    expect(bench.log.recoveryPoint).toBe(3)
    append(bench, 'd')
    expect(bench.log.durable()).toBeUndefined()
    expect(left(bench)).toEqual(['a', 'b', 'c'])
  })

  it('of 1 puts every record on the disk before a producer is answered', async () => {
    const { connection, files } = await startFixture()
    await createTopic(connection, 'safe', { configs: { 'flush.messages': '1' } })
    await createTopic(connection, 'plain')
    const synced = async (topic: string): Promise<boolean> => {
      let seen = false
      files.faults = ({ kind, path }) => {
        seen ||= kind === 'sync' && path.includes(`/${topic}-0/`)
        return undefined
      }
      expect(producedTo(await produce(connection, topic, batch([[null, 'a']]))).errorCode).toBe(0)
      return seen
    }
    for (const expected of [true, true]) expect(await synced('safe')).toBe(expected)
    expect(await synced('plain')).toBe(false)
  })

  it('that the disk refuses is not acknowledged', async () => {
    const bench = openLog({ config: { flushMessages: 1 } })
    bench.files.faults = ({ kind }) => (kind === 'sync' ? { errno: 'EIO' } : undefined)
    append(bench, 'a')
    await expect(bench.log.durable()).rejects.toMatchObject({ code: 'MR-4004' })
    expect(bench.log.state).toBe('failed')
  })
})

describe('flush.ms', () => {
  it('has an append flush what is older, and upkeep what nothing is appended after', async () => {
    const bench = openLog({ config: { flushMs: 1000 } })
    append(bench, 'a')
    bench.nowMs += 999
    append(bench, 'b')
    await settle()
    expect(bench.log.recoveryPoint).toBe(0)
    bench.nowMs += 1
    append(bench, 'c')
    expect(bench.log.durable()).toBeUndefined()
    await bench.log.idle()
    expect(bench.log.recoveryPoint).toBe(3)
    append(bench, 'd')
    bench.log.flushing.flushAged(bench.log.config, bench.nowMs + 1000)
    await bench.log.idle()
    expect(left(bench)).toEqual(['a', 'b', 'c', 'd'])
  })
})

it('neither by default: what is written goes to the disk when the system likes', async () => {
  const bench = openLog()
  for (let index = 0; index < 100; index++) append(bench, 'a')
  await settle()
  expect(bench.log.recoveryPoint).toBe(0)
  expect(bench.log.durable()).toBeUndefined()
})
