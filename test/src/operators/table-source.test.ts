/** The source of a table. */
import { expect, it } from 'vitest'
import { tableSource } from '../../../src/operators/table-source.ts'
import { keyValue, runOperator } from './run-operator.ts'

const stores = [keyValue('t')]

it('sends changes with old values where they are asked for; a null value deletes (K1, S11)', () => {
  const run = runOperator(tableSource({ store: 't', sendOldValues: true }), { stores })
  expect(run.send(['a', 1], ['a', 2], ['a', null], ['b', null])).toEqual([
    ['a', '1<null', 0],
    ['a', '2<1', 1],
    ['a', 'null<2', 2],
    ['b', 'null<null', 3],
  ])
})

it('sends no old values otherwise, with a store or without', () => {
  for (const store of ['t', undefined]) {
    const run = runOperator(tableSource({ store, sendOldValues: false }), {
      stores: store === undefined ? [] : stores,
    })
    expect(run.send(['a', 1], ['a', 2]).map(row => row[1])).toEqual(['1<null', '2<null'])
  }
})

it('drops null keys (S11)', () => {
  const run = runOperator(tableSource({ store: 't', sendOldValues: true }), { stores })
  expect(run.send([null, 1])).toEqual([])
  expect(run.drops()).toEqual(['null-key'])
})

it('follows offsets, not timestamps (T8)', () => {
  const run = runOperator(tableSource({ store: 't', sendOldValues: true }), { stores })
  expect(run.send(['a', 'new', 100], ['a', 'old', 50])).toEqual([
    ['a', 'new<null', 100],
    ['a', 'old<new', 50],
  ])
  expect(run.driver.store('t').getWithTimestamp('a')).toEqual({ value: 'old', timestamp: 50 })
})

it('sends the last of each key per commit when coalesced, and nothing for what came and went (C2, C3)', () => {
  const run = runOperator(tableSource({ store: 't', sendOldValues: true }), { stores, cache: true })
  expect(run.send(['a', 1], ['gone', 1], ['a', 2], ['gone', null])).toEqual([])
  run.driver.commit()
  expect(run.take()).toEqual([['a', '2<null', 2]])
})
