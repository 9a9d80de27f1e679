/** Tables that are compacted while transactions write to them and the broker is killed keep the last committed value of each key. */
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { compactedTables } from './compacted-tables.ts'
import { freePort } from './free-port.ts'
import {
  judgeEnd,
  judgeMeanwhile,
  type Attempt,
  type End,
  type Found,
  type Reading,
} from './table-history.ts'

const main = fileURLToPath(new URL('../../dist/runtime/cli/main.js', import.meta.url))

it.each(['process', 'power'])(
  'kill -9 under compaction leaves what was committed last, durability %s',
  async durability => {
    const seed = Date.now() % 1_000_000
    const result = await compactedTables({
      main,
      directory: await temporaryDirectory(),
      port: await freePort(),
      kills: 3,
      seed,
      lifeMs: 1200,
      properties: [`durability=${durability}`],
    })
    expect({ seed, anomalies: result.anomalies }).toEqual({ seed, anomalies: [] })
    expect(result.transactions.committed).toBeGreaterThan(0)
    expect(result.readings).toBeGreaterThan(0)
  },
  120_000,
)

describe('the judge of tables finds', () => {
  const [one, other] = ['table 0 a-1', 'recent 1 a-2']

  function attempt(number: number, outcome: Attempt['outcome'], isTombstone = false): Attempt {
    const writes = [one, other].map((place, index) => {
      return { place, origin: ['a', number, index] as const, isTombstone }
    })
    return { writer: 'a', number, outcome, beganMs: 0, writes }
  }

  function found(number: number, index: number, isTombstone = false): Found {
    return { offset: number * 10 + index, origin: ['a', number, index], isTombstone }
  }

  function ended(): End & { attempts: Attempt[]; ledger: string[] } {
    const reading = (): Reading => {
      return new Map([
        [one, [found(3, 0)]],
        [other, [found(3, 1)]],
      ])
    }
    const attempts = [attempt(1, 'committed'), attempt(2, 'aborted'), attempt(3, 'unknown')]
    return { attempts, last: reading(), followed: reading(), ledger: ['a 1', 'a 3'], nowMs: 1000 }
  }

  it('nothing where all is well', () => {
    expect(judgeEnd(ended()).anomalies).toEqual([])
  })

  it.each<[what: string, anomaly: RegExp, spoil: (end: ReturnType<typeof ended>) => void]>([
    ['a lost value', /a-1: left undefined instead of a 3 0/, ({ last }) => void last.delete(one)],
    ['an old value', /left a 1 0 instead of a 3 0/, ({ last }) => void last.set(one, [found(1, 0)])],
    [
      'an aborted value',
      /a 2 0 is not to be seen/,
      ({ last }) => void last.set(one, [found(2, 0), found(3, 0)]),
    ],
    ['values that changed places', /a 1 0 after a 3 0/, ({ last }) => void last.get(one)!.push(found(1, 0))],
    ['one who heard less', /followed a 1 0/, ({ followed }) => void followed.set(one, [found(1, 0)])],
    ['a lost transaction', /a 1 was committed and is lost/, ({ ledger }) => void ledger.shift()],
    ['one that was aborted', /a 2 was aborted and is there/, ({ ledger }) => void ledger.push('a 2')],
  ])('%s', (_what, anomaly, spoil) => {
    const end = ended()
    spoil(end)
    expect(judgeEnd(end).anomalies.join('\n')).toMatch(anomaly)
  })

  it('nothing where retention took what is old enough, which it must be', () => {
    const end = ended()
    end.last.delete(other)
    expect(judgeEnd(end).anomalies.join('\n')).toMatch(/a-2: left undefined/)
    expect(judgeEnd({ ...end, nowMs: 100_000 }).anomalies).toEqual([])
  })

  it('what a reader from the start lacks, unless it was written again since', () => {
    const before = [attempt(1, 'committed')]
    const judged = (attempts: readonly Attempt[], reading: Reading) => {
      return judgeMeanwhile(reading, { attempts, before, tookMs: 10 })
    }
    expect(judged(before, new Map([[one, [found(1, 0)]]]))).toEqual([])
    expect(judged(before, new Map()).join()).toMatch(/a 1 0 was committed, a reader has undefined/)
    expect(judged([...before, attempt(2, 'unknown')], new Map())).toEqual([])
    expect(judged([...before, attempt(2, 'aborted')], new Map())).toHaveLength(1)
    expect(judged([...before, attempt(2, 'aborted')], new Map([[one, [found(2, 0)]]]))[0]).toMatch(
      /not to be seen/,
    )
  })
})
