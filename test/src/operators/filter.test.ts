/** Stream `filter` and `filterNot` pass some records and not others. */
import { expect, it } from 'vitest'
import { filter } from '../../../src/operators/filter.ts'
import { runOperator } from './run-operator.ts'

const rows = [
  ['a', 1],
  ['b', null],
  [null, 3],
] as const

it.each([
  [
    'passes what the predicate accepts, unchanged',
    false,
    [
      ['a', 1, 0],
      [null, 3, 2],
    ],
  ],
  ['passes the rest when negated', true, [['b', null, 1]]],
])('%s; null keys and values reach the predicate (S1)', (_what, negate, expected) => {
  expect(runOperator(filter(value => typeof value === 'number', negate)).send(...rows)).toEqual(expected)
})

it('shows the predicate value, key and the place of the record', () => {
  const seen: unknown[] = []
  runOperator(
    filter((value, key, context) =>
      seen.push([value, key, context.topic, context.partition, context.offset]),
    ),
  ).send(['a', 1], ['b', 2])
  expect(seen).toEqual([
    [1, 'a', 'in', 0, 0],
    [2, 'b', 'in', 0, 1],
  ])
})
