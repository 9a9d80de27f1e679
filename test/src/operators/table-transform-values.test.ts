/** Table `transformValues` computes the value of each row, deletes included. */
import { expect, it } from 'vitest'
import { defineApp, string, topic } from '../../../src/index.ts'
import { tableSource } from '../../../src/operators/table-source.ts'
import { tableTransformValues } from '../../../src/operators/table-transform-values.ts'
import { testDriver } from '../../../src/testing/index.ts'
import { keyValue, runOperator } from './run-operator.ts'

const above = [{ supplier: tableSource({ store: 't', sendOldValues: true }), stores: ['t'] }]

it.each([[undefined], ['kept']])(
  'is called for deletes too, and may make a row of them (D32; store %s)',
  store => {
    const fn = (value: unknown, key: unknown): string => `${String(key)}:${String(value)}`
    const stores = [keyValue('t'), ...(store === undefined ? [] : [keyValue(store)])]
    const run = runOperator(tableTransformValues({ fn, store, sendOldValues: true }), { stores, above })
    expect(run.send(['a', 1], ['a', 2], ['a', null]).map(row => row[1])).toEqual([
      // Without a store the old value is computed again; with one it is what was kept.
      store === undefined ? 'a:1<a:undefined' : 'a:1<null',
      'a:2<a:1',
      'a:undefined<a:2',
    ])
    if (store !== undefined) expect(run.driver.store(store).toMap()).toEqual(new Map([['a', 'a:undefined']]))
  },
)

it('deletes the row where it answers nothing', () => {
  const fn = (): undefined => undefined
  const stores = [keyValue('t'), keyValue('kept')]
  const run = runOperator(tableTransformValues({ fn, store: 'kept', sendOldValues: false }), {
    stores,
    above,
  })
  expect(run.send(['a', 1]).map(row => row[1])).toEqual(['null<null'])
  expect(run.driver.store('kept').toMap()).toEqual(new Map())
})

const rows = topic('rows', { key: string(), value: string() })
const asked = topic('asked', { key: string(), value: string() })
const out = topic('out', { key: string(), value: string() })

it.each([[undefined], ['kept']])('is looked up by joins, with the time of the row (store %s)', store => {
  const places: unknown[] = []
  const app = defineApp({
    id: 'app',
    build(b) {
      const table = b.table(rows).transformValues((value, _key, { topic: from, timestamp }) => {
        if (from === undefined) places.push(timestamp)
        return `<${value ?? 'none'}>`
      }, store)
      b.stream(asked)
        .leftJoin(table, (question, answer) => `${question}${answer ?? '-'}`)
        .to(out)
    },
  })
  const driver = testDriver(app)
  driver.input(asked).send('k', 'before', { at: 1 })
  driver.input(rows).send('k', 'row', { at: 2 })
  driver.input(asked).send('k', 'after', { at: 3 })
  const values = driver
    .output(out)
    .readAll()
    .map(({ value }) => value)
  expect(values).toEqual([store === undefined ? 'before<none>' : 'before-', 'after<row>'])
  expect(places).toEqual(store === undefined ? [-1, 2] : [])
})

it('is refused without a function', () => {
  const build = (): unknown =>
    defineApp({ id: 'app', build: b => void b.table(rows).transformValues(1 as never) }).topology()
  expect(build).toThrow(/transformValues: expected a function/)
})
