/** Stream-table join and left join. */
import { expect, it } from 'vitest'
import { streamTableJoin } from '../../../src/operators/stream-table-join.ts'
import { tableSource } from '../../../src/operators/table-source.ts'
import {
  filterValueGetter,
  mapValuesValueGetter,
  storeValueGetter,
} from '../../../src/operators/value-getter.ts'
import { json } from '../../../src/serdes/json.ts'
import { string } from '../../../src/serdes/primitives.ts'
import { keyValue, runOperator, type OperatorRun } from './run-operator.ts'

const rows = { name: 'rows', key: string(), value: json<unknown>() }
const joiner = (left: unknown, right: unknown, key: unknown): string =>
  `${String(left)}+${String(right)}:${String(key)}`

function run(left: boolean, getter = storeValueGetter('t')): OperatorRun {
  return runOperator(streamTableJoin({ getter, joiner, left }), {
    stores: [keyValue('t')],
    table: { store: 't', supplier: tableSource({ store: 't', sendOldValues: false }) },
  })
}

it("joins with the row as it is when the record comes, at the record's time (H3); rows make no results", () => {
  const joined = run(false)
  joined.driver.input(rows).send('a', 'r1', { at: 100 })
  expect(joined.take()).toEqual([])
  expect(joined.send(['a', 'x', 5], ['b', 'x', 6])).toEqual([['a', 'x+r1:a', 5]])
  joined.driver.input(rows).send('a', 'r2', { at: 1 })
  expect(joined.send(['a', 'y', 7])).toEqual([['a', 'y+r2:a', 7]])
  joined.driver.input(rows).tombstone('a')
  expect(joined.send(['a', 'z', 8])).toEqual([])
})

it('drops null keys and null values on an inner join (S9)', () => {
  const joined = run(false)
  expect(joined.send([null, 'x'], ['a', null])).toEqual([])
  expect(joined.drops()).toEqual(['null-key', 'null-value'])
})

it('joins records without a row, and those without a key, with undefined on a left join (S10)', () => {
  const joined = run(true)
  expect(joined.send(['a', 'x'], [null, 'y'], ['a', null])).toEqual([
    ['a', 'x+undefined:a', 0],
    [null, 'y+undefined:undefined', 1],
  ])
  expect(joined.drops()).toEqual(['null-value'])
})

it('reads through tables that keep no rows of their own (K5)', () => {
  const above = storeValueGetter('t')
  const upper = mapValuesValueGetter(above, value => String(value).toUpperCase())
  const getter = filterValueGetter(upper, value => value !== 'HIDDEN')
  expect(getter.stores).toEqual(['t'])
  const joined = run(true, getter)
  joined.driver.input(rows).send('a', 'shown').send('b', 'hidden')
  expect(joined.send(['a', 1], ['b', 1], ['c', 1]).map(row => row[1])).toEqual([
    '1+SHOWN:a',
    '1+undefined:b',
    '1+undefined:c',
  ])
})
