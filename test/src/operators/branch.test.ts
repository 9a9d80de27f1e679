/** Stream `split` sends each record to one branch at most. */
import { expect, it } from 'vitest'
import { branch } from '../../../src/operators/branch.ts'
import { runOperator } from './run-operator.ts'

const isSmall = (value: unknown): boolean => (value as number) < 10
const isEven = (value: unknown): boolean => (value as number) % 2 === 0

it('sends each record to the first branch that accepts it, and the rest to the default (D50)', () => {
  const run = runOperator(branch([isSmall, isEven], ['small', 'even', 'rest']), {
    children: ['small', 'even', 'rest'],
  })
  expect(run.send(['a', 4], ['a', 12], ['a', 13]).map(([child, , value]) => [child, value])).toEqual([
    ['small', 4],
    ['even', 12],
    ['rest', 13],
  ])
})

it('drops the rest in silence without a default (D50)', () => {
  const run = runOperator(branch([isSmall, isEven], ['small', 'even']), { children: ['small', 'even'] })
  expect(run.send(['a', 13])).toEqual([])
  expect(run.drops()).toEqual([])
})
