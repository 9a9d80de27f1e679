/** Stream `flatMapValues` makes any number of values of each. */
import { expect, it } from 'vitest'
import { flatMapValues } from '../../../src/operators/flat-map-values.ts'
import { runOperator } from './run-operator.ts'

it('forwards the values in order under the same key, or nothing', () => {
  const run = runOperator(flatMapValues(value => new Set(String(value))))
  expect(run.send(['k', 'aba', 5], ['k', '', 6], [null, 'c', 7])).toEqual([
    ['k', 'a', 5],
    ['k', 'b', 5],
    [null, 'c', 7],
  ])
})
