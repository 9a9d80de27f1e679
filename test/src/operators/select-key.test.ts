/** Stream `selectKey` replaces each key. */
import { expect, it } from 'vitest'
import { selectKey } from '../../../src/operators/select-key.ts'
import { runOperator } from './run-operator.ts'

it('makes the key anew and keeps the value; null keys and values reach the function (S1)', () => {
  const run = runOperator(selectKey((value, key) => `${String(key)}/${String(value)}`))
  expect(run.send(['a', 'x'], [null, null])).toEqual([
    ['a/x', 'x', 0],
    ['undefined/undefined', null, 1],
  ])
})
