/** Unwindowed count, reduce and aggregate of a stream. */
import { describe, expect, it } from 'vitest'
import { streamAggregate } from '../../../src/operators/stream-aggregate.ts'
import { keyValue, runOperator, type OperatorRun } from './run-operator.ts'

type Options = Partial<Parameters<typeof streamAggregate>[0]>

function run(options: Options, cache = false): OperatorRun {
  const all = { store: 's', add: () => 0, sendOldValues: true, ...options }
  return runOperator(streamAggregate(all), { stores: [keyValue('s')], cache })
}

const count: Options = { initial: () => 0, add: n => (n as number) + 1 }
const reduce: Options = { add: (acc, value) => `${String(acc)}+${String(value)}` }

describe('updates', () => {
  it('counts; the old value of the first is the initial one', () => {
    expect(run(count).send(['a', 'x'], ['b', 'y'], ['a', 'z'])).toEqual([
      ['a', '1<0', 0],
      ['b', '1<0', 1],
      ['a', '2<1', 2],
    ])
  })

  it('reduces from the first value itself, which has no old value', () => {
    expect(run(reduce).send(['a', 'x'], ['a', 'y'])).toEqual([
      ['a', 'x<null', 0],
      ['a', 'x+y<x', 1],
    ])
  })

  it('hands the fold accumulator, value and key', () => {
    const add = (...each: unknown[]): string => each.join(' ')
    expect(run({ initial: () => 'start', add }).send(['k', 'v'])).toEqual([['k', 'start v k<start', 0]])
  })

  it('sends no old values unless asked', () => {
    expect(
      run({ ...count, sendOldValues: false })
        .send(['a', 'x'], ['a', 'x'])
        .map(row => row[1]),
    ).toEqual(['1<null', '2<null'])
  })

  it('keeps the greatest timestamp of a row (W8)', () => {
    expect(
      run(count)
        .send(['a', 'x', 50], ['a', 'x', 20], ['b', 'x', 10])
        .map(row => row[2]),
    ).toEqual([50, 50, 10])
  })

  it('deletes the row when the fold answers nothing, and begins anew', () => {
    const add = (n: unknown): unknown => ((n as number) === 1 ? undefined : (n as number) + 1)
    const folded = run({ initial: () => 0, add })
    expect(folded.send(['a', 'x'], ['a', 'x'], ['a', 'x']).map(row => row[1])).toEqual([
      '1<0',
      'null<1',
      '1<0',
    ])
    expect(folded.driver.store('s').toMap()).toEqual(new Map([['a', 1]]))
  })

  it('drops null keys and null values (S3)', () => {
    const counted = run(count)
    expect(counted.send([null, 'x'], ['a', null])).toEqual([])
    expect(counted.drops()).toEqual(['null-key', 'null-value'])
  })
})

describe('coalesced', () => {
  it('forwards each key once per commit, last update first to last, with the value at the last commit as old (C2)', () => {
    const counted = run(count, true)
    expect(counted.send(['a', 'x'], ['b', 'x'], ['a', 'x'])).toEqual([])
    counted.driver.commit()
    expect(counted.take()).toEqual([
      ['b', '1<null', 1],
      ['a', '2<null', 2],
    ])
    counted.send(['a', 'x'], ['a', 'x'])
    counted.driver.commit()
    expect(counted.take()).toEqual([['a', '4<2', 4]])
  })

  it('emits nothing for a row that came and went between two commits (C3)', () => {
    const add = (): undefined => undefined
    const folded = run({ add }, true)
    folded.send(['a', 'x'], ['a', 'y'])
    folded.driver.commit()
    expect(folded.take()).toEqual([])
  })
})
