/** The nodes that pass records on: merges, and the filter before a repartition topic. */
import { expect, it } from 'vitest'
import { nonNullKey, passThrough } from '../../../src/operators/pass-through.ts'
import { runOperator } from './run-operator.ts'

it('passes everything to every child, in order', () => {
  const run = runOperator(passThrough(), { children: ['first', 'second'] })
  expect(run.send(['a', 1], [null, null])).toEqual([
    ['first', 'a', 1, 0],
    ['second', 'a', 1, 0],
    ['first', null, null, 1],
    ['second', null, null, 1],
  ])
})

it('leaves out null keys, without counting them as dropped, and passes null values (S2)', () => {
  const run = runOperator(nonNullKey())
  expect(run.send(['a', null], [null, 1])).toEqual([['a', null, 0]])
  expect(run.drops()).toEqual([])
})
