/** Table `groupBy` hands each change of a row to the groups that the row leaves and joins. */
import { expect, it } from 'vitest'
import { tableGroup } from '../../../src/operators/table-group.ts'
import { tableSource } from '../../../src/operators/table-source.ts'
import { keyValue, runOperator, type OperatorRun } from './run-operator.ts'

function run(fn: (value: unknown) => unknown): OperatorRun {
  const above = [{ supplier: tableSource({ store: 't', sendOldValues: true }), stores: ['t'] }]
  const sameGroup = (left: unknown, right: unknown): boolean => left === right
  return runOperator(tableGroup({ fn, sameGroup }), { stores: [keyValue('t')], above })
}

const city = (value: unknown): unknown => (value as string).split(':')[0]

it('sends a change within a group as one record, with both values (K7)', () => {
  expect(run(city).send(['a', 'rome:1'], ['a', 'rome:2'])).toEqual([
    ['rome', 'rome:1<null', 0],
    ['rome', 'rome:2<rome:1', 1],
  ])
})

it('takes a row out of its old group before it adds it to the new one (K7)', () => {
  expect(run(city).send(['a', 'rome:1'], ['a', 'oslo:2']).slice(1)).toEqual([
    ['rome', 'null<rome:1', 1],
    ['oslo', 'oslo:2<null', 1],
  ])
})

it('only takes a deleted row out, and sends nothing for one that was not there (S13)', () => {
  expect(run(city).send(['b', null], ['a', 'rome:1'], ['a', null])).toEqual([
    ['rome', 'rome:1<null', 1],
    ['rome', 'null<rome:1', 2],
  ])
})

it.each([[undefined], [null]])('leaves the half of a change out whose group is %s (S13)', none => {
  const grouped = run(value => (value === 'nowhere' ? none : value))
  expect(grouped.send(['a', 'nowhere'], ['a', 'rome'], ['a', 'nowhere'])).toEqual([
    ['rome', 'rome<null', 1],
    ['rome', 'null<rome', 2],
  ])
})
