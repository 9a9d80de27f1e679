/** Stream `mapValues` replaces each value. */
import { expect, it } from 'vitest'
import { mapValues } from '../../../src/operators/map-values.ts'
import { runOperator } from './run-operator.ts'

it('makes the value anew, of null values too, and keeps key and timestamp (S1, H1)', () => {
  const run = runOperator(mapValues((value, key) => `${String(key)}:${String(value)}`))
  expect(run.send(['a', 'x', 7], [null, null, 8])).toEqual([
    ['a', 'a:x', 7],
    [null, 'undefined:undefined', 8],
  ])
})
