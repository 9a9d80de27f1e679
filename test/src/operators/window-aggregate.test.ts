/** Tumbling and hopping aggregates: which windows, until when, and with which timestamps. */
import { describe, expect, it } from 'vitest'
import { windowAggregate } from '../../../src/operators/window-aggregate.ts'
import { hopping, tumbling, type TimeWindows } from '../../../src/windows/time-windows.ts'
import { runOperator, windowStore, type OperatorRun, type Row } from './run-operator.ts'

function count(windows: TimeWindows, cache = false): OperatorRun {
  const stores = [windowStore('w', windows.sizeMs, windows.sizeMs + windows.graceMs)]
  const options = { store: 'w', windows, graceMs: windows.graceMs, sendOldValues: true }
  return runOperator(windowAggregate({ ...options, initial: () => 0, add: n => (n as number) + 1 }), {
    stores,
    cache,
  })
}

/** `key@start/end new<old @timestamp` of each result. */
function lines(rows: readonly (readonly unknown[])[]): string[] {
  return rows.map(([windowed, change, timestamp]) => {
    const { key, window } = windowed as { key: string; window: { start: number; end: number } }
    return `${key}@${window.start}/${window.end} ${String(change)} @${String(timestamp)}`
  })
}

const at = (...times: number[]): Row[] => times.map(time => ['a', 'x', time])

describe('windows', () => {
  it('counts into the one tumbling window that holds the time, end excluded (D80)', () => {
    expect(lines(count(tumbling(10, { grace: 100 })).send(...at(0, 9, 10, 5)))).toEqual([
      'a@0/10 1<0 @0',
      'a@0/10 2<1 @9',
      'a@10/20 1<0 @10',
      'a@0/10 3<2 @9',
    ])
  })

  it('counts into every hopping window that holds the time, earliest first, none before 0 (D81)', () => {
    expect(lines(count(hopping(10, { advance: 4, grace: 100 })).send(...at(5, 12)))).toEqual([
      'a@0/10 1<0 @5',
      'a@4/14 1<0 @5',
      'a@4/14 2<1 @12',
      'a@8/18 1<0 @12',
      'a@12/22 1<0 @12',
    ])
  })
})

describe('late records', () => {
  it.each([
    ['one before the close', 10 + 5 - 1, 1, []],
    ['at the close: window end <= stream time - grace', 10 + 5, 0, ['late']],
  ])('%s', (_what, streamTime, accepted, drops) => {
    const run = count(tumbling(10, { grace: 5 }))
    run.send(['b', 'x', streamTime])
    expect(run.send(...at(3))).toHaveLength(accepted)
    expect(run.drops()).toEqual(drops)
  })

  it('drops a late record for the windows that are closed, and counts it into the others', () => {
    const run = count(hopping(10, { advance: 5 }))
    run.send(['b', 'x', 12])
    expect(lines(run.send(...at(7)))).toEqual(['a@5/15 1<0 @7'])
    expect(run.drops()).toEqual(['late'])
  })

  it('moves its time on by records of any key, null values included, but not by null keys (S4)', () => {
    const run = count(tumbling(10))
    expect(run.send([null, 'x', 500], ['a', null, 3])).toHaveLength(1)
    expect(run.drops()).toEqual(['null-key'])
  })
})

it('begins a reduce with the first value itself', () => {
  const windows = tumbling(10)
  const options = {
    store: 'w',
    windows,
    graceMs: 0,
    sendOldValues: true,
    add: (acc: unknown, v: unknown) => `${String(acc)}${String(v)}`,
  }
  const run = runOperator(windowAggregate(options), { stores: [windowStore('w', 10, 10)] })
  expect(lines(run.send(['a', 'x', 1], ['a', 'y', 2]))).toEqual(['a@0/10 x<null @1', 'a@0/10 xy<x @2'])
})

it('forwards each window once per commit when coalesced (C2)', () => {
  const run = count(tumbling(10, { grace: 100 }), true)
  expect(run.send(...at(1, 12, 2))).toEqual([])
  run.driver.commit()
  expect(lines(run.take())).toEqual(['a@10/20 1<null @12', 'a@0/10 2<null @2'])
})
