/** Sliding windows: which a record updates, which it makes and what they begin with, and until when. */
import { describe, expect, it } from 'vitest'
import { slidingAggregate } from '../../../src/operators/sliding-aggregate.ts'
import { sliding } from '../../../src/windows/sliding-windows.ts'
import { runOperator, windowStore, type OperatorRun } from './run-operator.ts'

function join(difference: number, grace = 1000, cache = false): OperatorRun {
  const windows = sliding(difference, { grace })
  const stores = [windowStore('w', difference, 2 * difference + grace)]
  const add = (all: unknown, value: unknown): string => `${String(all)}${String(value)}`
  const supplier = slidingAggregate({ store: 'w', windows, initial: () => '', add, sendOldValues: true })
  return runOperator(supplier, { stores, cache })
}

/** `start/end new<old @timestamp` of each result. */
function lines(rows: readonly (readonly unknown[])[]): string[] {
  return rows.map(([windowed, change, timestamp]) => {
    const { window } = windowed as { window: { start: number; end: number } }
    return `${window.start}/${window.end} ${String(change)} @${String(timestamp)}`
  })
}

describe('windows', () => {
  it('are made for a record, and to the right of the record before it (W5)', () => {
    expect(lines(join(10).send(['a', 'x', 100], ['a', 'y', 105]))).toEqual([
      '90/100 x< @100',
      '101/111 y< @105',
      '95/105 xy<x @105',
    ])
  })

  it('hold records at both of their ends (D82)', () => {
    const run = join(10)
    run.send(['a', 'x', 100])
    expect(lines(run.send(['a', 'y', 110]))).toEqual(['101/111 y< @110', '100/110 xy<x @110'])
  })

  it('that are both the right one of the record before and the own left one go out twice, as in Kafka', () => {
    const run = join(10)
    run.send(['a', 'x', 100], ['a', 'y', 110])
    expect(lines(run.send(['a', 'z', 121]))).toEqual(['111/121 z< @121', '111/121 z< @121'])
  })

  it('are updated from the latest on by a record out of order, which gets its own right window (W5, W7)', () => {
    const run = join(10)
    run.send(['a', 'x', 100], ['a', 'y', 105])
    expect(lines(run.send(['a', 'z', 102]))).toEqual([
      '101/111 yz<y @105',
      '95/105 xyz<xy @105',
      '92/102 xz<x @102',
      '103/113 y<null @105',
    ])
  })

  it('do not start before the epoch: early records share one (W6)', () => {
    const run = join(10)
    expect(lines(run.send(['a', 'x', 3], ['a', 'y', 6]))).toEqual([
      '0/10 x< @3',
      '4/14 y< @6',
      '0/10 xy<x @6',
    ])
    expect(lines(run.send(['a', 'z', 1]))).toEqual(['2/12 xy<null @6', '0/10 xyz<xy @6'])
  })
})

it('makes nothing again that a record of the same time has made, though the fold has deleted it, as in Kafka', () => {
  const add = (all: unknown, value: unknown): unknown => {
    const sum = `${String(all)}${String(value)}`
    return sum.length > 2 ? undefined : sum
  }
  const windows = sliding(10, { grace: 0 })
  const supplier = slidingAggregate({ store: 'w', windows, initial: () => '', add, sendOldValues: true })
  const run = runOperator(supplier, { stores: [windowStore('w', 10, 20)] })
  run.send(['k', 'a', 37], ['k', 'b', 40], ['k', 'c', 40])
  // The right window of the first record is deleted, and so is the left one of these, which is made anew.
  expect(lines(run.send(['k', 'd', 40]))).toEqual(['38/48 null<bc @40', '30/40 ad<a @40'])
  expect(lines(run.send(['k', 'e', 40]))).toEqual(['30/40 null<ad @40'])
})

it('closes a window once stream time less grace is past its end, and drops what comes then', () => {
  const run = join(10, 5)
  run.send(['a', 'x', 100])
  run.send(['b', 'x', 105])
  expect(lines(run.send(['a', 'y', 100]))).toEqual(['90/100 xy<x @100'])
  run.send(['b', 'x', 106])
  expect(run.send(['a', 'z', 100])).toEqual([])
  expect(run.drops()).toEqual(['late'])
})

it('drops null keys and null values (S5)', () => {
  const run = join(10)
  expect(run.send([null, 'x', 1], ['a', null, 1])).toEqual([])
  expect(run.drops()).toEqual(['null-key', 'null-value'])
})

it('forwards each window once per commit when coalesced, with what it was before (C2)', () => {
  const run = join(10, 1000, true)
  run.send(['a', 'x', 100])
  run.driver.commit()
  run.take()
  run.send(['a', 'y', 100], ['a', 'z', 100])
  run.driver.commit()
  expect(lines(run.take())).toEqual(['90/100 xyz<x @100'])
})
