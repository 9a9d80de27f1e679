/** Table `toStream` turns changes into records. */
import { expect, it } from 'vitest'
import { tableSource } from '../../../src/operators/table-source.ts'
import { toStream } from '../../../src/operators/to-stream.ts'
import { runOperator } from './run-operator.ts'

const above = [{ supplier: tableSource({ store: undefined, sendOldValues: false }) }]

it('sends the new value of each change, tombstones included (D33)', () => {
  expect(runOperator(toStream(), { above }).send(['a', 1], ['a', null])).toEqual([
    ['a', 1, 0],
    ['a', null, 1],
  ])
})

it('makes the key from value and key where it is told how', () => {
  const run = runOperator(
    toStream((value, key) => `${String(key)}/${String(value)}`),
    { above },
  )
  expect(run.send(['a', 1], ['a', null]).map(row => row[0])).toEqual(['a/1', 'a/undefined'])
})
