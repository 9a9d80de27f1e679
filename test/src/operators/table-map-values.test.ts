/** Table `mapValues` replaces the value of each row. */
import { expect, it } from 'vitest'
import { tableMapValues } from '../../../src/operators/table-map-values.ts'
import { tableSource } from '../../../src/operators/table-source.ts'
import { keyValue, runOperator } from './run-operator.ts'

const above = [{ supplier: tableSource({ store: 't', sendOldValues: true }), stores: ['t'] }]

it.each([[undefined], ['kept']])(
  'maps new and old values; deletes pass without a call (D31; store %s)',
  store => {
    const calls: unknown[] = []
    const fn = (value: unknown): string => {
      calls.push(value)
      return `${String(value)}!`
    }
    const stores = [keyValue('t'), ...(store === undefined ? [] : [keyValue(store)])]
    const run = runOperator(tableMapValues({ fn, store, sendOldValues: true }), { stores, above })
    expect(run.send(['a', 1], ['a', 2], ['a', null], ['b', null]).map(row => row[1])).toEqual([
      '1!<null',
      '2!<1!',
      'null<2!',
      'null<null',
    ])
    expect(calls).not.toContain(undefined)
    if (store !== undefined) expect(run.driver.store(store).toMap()).toEqual(new Map())
  },
)
