/** Sessions: what a record merges, which tombstones go out, what is late, and what is held back for the commit. */
import { describe, expect, it } from 'vitest'
import { sessionAggregate } from '../../../src/operators/session-aggregate.ts'
import { session } from '../../../src/windows/session-windows.ts'
import { runOperator, type OperatorRun, type Row } from './run-operator.ts'
import { json } from '../../../src/serdes/json.ts'
import { string } from '../../../src/serdes/primitives.ts'

function join(gap: number, grace = 0, cache = false): OperatorRun {
  const windows = session(gap, { grace })
  const store = {
    kind: 'session',
    name: 's',
    retentionMs: 1000,
    keySerde: string() as never,
    valueSerde: json() as never,
    timestamped: false,
    changelog: {},
    backend: 'memory',
    cache: true,
  } as const
  const supplier = sessionAggregate({
    store: 's',
    windows,
    initial: () => '',
    add: (all, value) => `${String(all)}${String(value)}`,
    merge: (left, right) => `${String(left)}${String(right)}`,
    sendOldValues: true,
  })
  return runOperator(supplier, { stores: [store], cache })
}

/** `key@start/end new<old @timestamp` of each result. */
function lines(rows: readonly (readonly unknown[])[]): string[] {
  return rows.map(([windowed, change, timestamp]) => {
    const { key, window } = windowed as { key: string; window: { start: number; end: number } }
    return `${key}@${window.start}/${window.end} ${String(change)} @${String(timestamp)}`
  })
}

describe('merging', () => {
  it('merges what lies within the gap, both bounds included, and adds the record last (W1, W2, W4)', () => {
    const run = join(5)
    const rows: Row[] = [
      ['a', 'x', 10],
      ['a', 'y', 20],
      ['a', 'z', 15],
    ]
    expect(lines(run.send(...rows))).toEqual([
      'a@10/10 x<null @10',
      'a@20/20 y<null @20',
      'a@10/10 null<x @10',
      'a@20/20 null<y @20',
      'a@10/20 xyz<null @20',
    ])
    expect(run.driver.sessionStore('s').toArray()).toEqual([{ key: 'a', start: 10, end: 20, value: 'xyz' }])
  })

  it('leaves a session alone that is one more than the gap away', () => {
    expect(lines(join(5).send(['a', 'x', 10], ['a', 'y', 16]))).toEqual([
      'a@10/10 x<null @10',
      'a@16/16 y<null @16',
    ])
  })

  it('overwrites a session of one moment in place, without a tombstone (W2)', () => {
    expect(lines(join(5).send(['a', 'x', 10], ['a', 'y', 10]))).toEqual([
      'a@10/10 x<null @10',
      'a@10/10 xy<null @10',
    ])
  })

  it('folds a null value, and drops a null key (S6)', () => {
    const run = join(5)
    expect(lines(run.send(['a', null, 1], [null, 'x', 1]))).toEqual(['a@1/1 undefined<null @1'])
    expect(run.drops()).toEqual(['null-key'])
  })
})

describe('late records', () => {
  it('are dropped when the merged session ends before stream time - grace - gap (W3)', () => {
    const run = join(5, 3)
    run.send(['b', 'x', 20])
    expect(run.send(['a', 'x', 12])).toHaveLength(1)
    expect(run.send(['c', 'x', 11])).toHaveLength(0)
    expect(run.drops()).toEqual(['late'])
  })

  it('are taken when they reach into a session that is open', () => {
    const run = join(5)
    run.send(['a', 'x', 12], ['b', 'x', 15])
    expect(lines(run.send(['a', 'y', 8]))).toEqual(['a@12/12 null<x @12', 'a@8/12 xy<null @12'])
  })
})

it('puts out, once per commit, no session that came and went in between (C3)', () => {
  const run = join(5, 0, true)
  run.send(['a', 'x', 10])
  run.driver.commit()
  expect(lines(run.take())).toEqual(['a@10/10 x<null @10'])
  run.send(['a', 'y', 12], ['a', 'z', 14])
  run.driver.commit()
  expect(lines(run.take())).toEqual(['a@10/10 null<x @10', 'a@10/14 xyz<null @14'])
})

it('restores sessions from the changelog after a crash, and goes on with them', () => {
  const run = join(5)
  run.send(['a', 'x', 10], ['a', 'y', 14])
  run.driver.crash()
  run.driver.restart()
  run.take()
  expect(lines(run.send(['a', 'z', 16]))).toEqual(['a@10/14 null<xy @14', 'a@10/16 xyz<null @16'])
})
