/** Stream `flatMap` makes any number of records of each. */
import { expect, it } from 'vitest'
import { flatMap } from '../../../src/operators/flat-map.ts'
import { runOperator } from './run-operator.ts'

it('forwards the pairs in order, or nothing', () => {
  const run = runOperator(
    flatMap(value =>
      String(value)
        .split('')
        .map((letter, n) => [letter, n] as const),
    ),
  )
  expect(run.send(['k', 'ab', 5], ['k', '', 6])).toEqual([
    ['a', 0, 5],
    ['b', 1, 5],
  ])
})

it('refuses what is not a pair, after what came before it', () => {
  const run = runOperator(flatMap(() => [['a', 1], ['b'] as never]))
  expect(() => run.send(['k', 'x'])).toThrow(/MR-3004/)
  expect(run.take()).toEqual([['a', 1, 0]])
})
