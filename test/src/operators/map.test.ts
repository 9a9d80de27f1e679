/** Stream `map` replaces key and value of each record. */
import { expect, it } from 'vitest'
import { map } from '../../../src/operators/map.ts'
import { runOperator } from './run-operator.ts'

it('makes key and value anew and keeps the timestamp (H1)', () => {
  const run = runOperator(map((value, key) => [value ?? 'none', key]))
  expect(run.send(['a', 'x', 7], [null, null, 8])).toEqual([
    ['x', 'a', 7],
    ['none', null, 8],
  ])
})

it.each([[undefined], ['ab'], [['only']], [[1, 2, 3]]])('refuses what is not a pair: %j', result => {
  const run = runOperator(map(() => result as never))
  expect(() => run.send(['a', 'x'])).toThrow(/MR-3004.*must answer \[key, value\]/)
})
