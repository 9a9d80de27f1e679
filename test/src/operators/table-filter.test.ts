/** Table `filter` and `filterNot`. */
import { expect, it } from 'vitest'
import { tableFilter } from '../../../src/operators/table-filter.ts'
import { tableSource } from '../../../src/operators/table-source.ts'
import { keyValue, runOperator, type OperatorRun } from './run-operator.ts'

const isLarge = (value: unknown): boolean => (value as number) > 10

function run(options: { store?: string; sendOldValues: boolean; negate?: boolean }): OperatorRun {
  const above = [
    { supplier: tableSource({ store: 't', sendOldValues: options.sendOldValues }), stores: ['t'] },
  ]
  const stores = [keyValue('t'), ...(options.store === undefined ? [] : [keyValue(options.store)])]
  return runOperator(tableFilter({ predicate: isLarge, ...options }), { stores, above })
}

const rows = [
  ['a', 20],
  ['a', 5],
  ['a', 6],
  ['a', 30],
  ['a', null],
] as const

it('sends a tombstone for every row that does not pass, when old values are not known (D30)', () => {
  expect(
    run({ sendOldValues: false })
      .send(...rows)
      .map(row => row[1]),
  ).toEqual(['20<null', 'null<null', 'null<null', '30<null', 'null<null'])
})

it.each([[undefined], ['kept']])(
  'sends nothing where neither old nor new passes, when they are known (store %s)',
  store => {
    const filtered = run({ sendOldValues: true, ...(store === undefined ? {} : { store }) })
    expect(filtered.send(...rows)).toEqual([
      ['a', '20<null', 0],
      ['a', 'null<20', 1],
      ['a', '30<null', 3],
      ['a', 'null<30', 4],
    ])
  },
)

it('keeps the rows that pass in its store', () => {
  const filtered = run({ sendOldValues: false, store: 'kept' })
  filtered.send(['a', 20], ['b', 5])
  expect(filtered.driver.store('kept').toMap()).toEqual(new Map([['a', 20]]))
})

it('keeps the others when negated; deletes are never passed to the predicate', () => {
  expect(
    run({ sendOldValues: true, negate: true })
      .send(['a', 5], ['a', null])
      .map(row => row[1]),
  ).toEqual(['5<null', 'null<5'])
})
