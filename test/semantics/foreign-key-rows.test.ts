/** Foreign-key joins as a whole (semantics S14, S15, V6): rows without keys, late ones, several partitions, crashes. */
import { describe, expect, it } from 'vitest'
import { defineApp, json, string, topic } from '../../src/index.ts'
import { testDriver } from '../../src/testing/index.ts'
import {
  appOf,
  drops,
  foreignKey,
  left,
  out,
  results,
  right,
  send,
  type Operator,
  type Sent,
} from './foreign-key-fixture.ts'

describe('a row without a foreign key', () => {
  it('is dropped and counted by an inner join, and leaves what it had subscribed to (S14)', () => {
    using driver = testDriver(appOf('join'))
    send(driver, [
      ['r', 'x', 'X', 1],
      ['l', 'a', '-', 2],
      ['l', 'k', 'x1', 3],
      ['l', 'k', '-', 4],
      ['r', 'x', 'Y', 5],
      ['l', 'k', null, 6],
    ])
    expect(results(driver)).toEqual(['k=x1+X@3', 'k=-@4'])
    expect(drops(driver)).toEqual([
      'fk-subscription-registration-processor null-foreign-key',
      'fk-subscription-registration-processor null-foreign-key',
    ])
    expect(driver.store('result').toMap().size).toBe(0)
  })

  it('is joined with nothing by a left join, and is not stored as a subscription (S15)', () => {
    using driver = testDriver(appOf('leftJoin'))
    send(driver, [
      ['r', 'x', 'X', 1],
      ['l', 'k', '-', 2],
      ['l', 'k', 'x1', 3],
      ['l', 'k', '-2', 4],
      ['l', 'k', null, 5],
    ])
    expect(results(driver)).toEqual(['k=-+nothing@2', 'k=x1+X@3', 'k=-2+nothing@4', 'k=-@5'])
    expect(driver.store('fk-subscription-store').toMap().size).toBe(0)
    expect(driver.drops()).toEqual([])
  })
})

it('takes no notice of versions that come late, of either table, and counts them (V6)', () => {
  const app = defineApp({
    id: 'app',
    build: b =>
      b
        .table(left, { store: 'lefts', versioned: '1h' })
        .join(b.table(right, { store: 'rights', versioned: '1h' }), (l, r) => `${l}+${r}`, {
          on: foreignKey,
          name: 'fk',
        })
        .toStream()
        .to(topic('out', { key: string(), value: json<string>() })),
  })
  using driver = testDriver(app)
  send(driver, [
    ['r', 'x', 'X', 10],
    ['l', 'k', 'x1', 10],
    ['r', 'x', 'late', 5],
    ['l', 'k', 'y-late', 5],
    ['r', 'x', 'Y', 20],
  ])
  const rows = driver.output({ ...out, value: json<string>() }).readAll()
  expect(rows.map(({ key, value, timestamp }) => `${key}=${value}@${timestamp}`)).toEqual([
    'k=x1+X@10',
    'k=x1+Y@20',
  ])
  expect(drops(driver)).toEqual([
    'fk-foreign-join-subscription late',
    'fk-subscription-registration-processor late',
  ])
})

it('gives the same rows whatever the partitions, over crashes, with and without a cache', () => {
  const sent: Sent[] = Array.from({ length: 120 }, (_, index): Sent => {
    const key = `${'abcdefgh'[(index * 5) % 8]}`
    const at = 1000 + index
    if (index % 4 === 0) return ['r', 'xyz'[index % 3]!, index % 12 === 0 ? null : `R${index}`, at]
    return ['l', key, index % 11 === 0 ? null : `${'xyz-'[(index * 7) % 4]}${index}`, at]
  })
  const rowsOf = (
    operator: Operator,
    partitions: Record<string, number>,
    cache: boolean,
  ): Map<string, string> => {
    using driver = testDriver(appOf(operator), { partitions, cache })
    for (const [index, each] of sent.entries()) {
      send(driver, [each])
      if (index % 17 === 0) driver.commit()
      if (index % 40 !== 39) continue
      driver.crash()
      driver.restart()
    }
    driver.commit()
    expect(driver.store<string, string>('result').toMap()).toEqual(driver.output(out).toMap())
    return driver.output(out).toMap()
  }
  for (const operator of ['join', 'leftJoin'] as const) {
    const expected = rowsOf(operator, {}, false)
    expect(expected.size).toBeGreaterThan(2)
    expect(rowsOf(operator, { left: 4, right: 3 }, false)).toEqual(expected)
    expect(rowsOf(operator, { left: 2, right: 5 }, true)).toEqual(expected)
  }
})

it('joins a table with itself, and the result with a third', () => {
  const app = defineApp({
    id: 'app',
    build(b) {
      const lefts = b.table(left)
      lefts
        .join(lefts, (own, boss) => `${own}<${boss}`, { on: foreignKey, value: string() })
        .leftJoin(b.table(right), (both, r) => `${both}+${r ?? '?'}`, { on: both => both.at(-1) })
        .toStream()
        .to(topic('out', { key: string(), value: json<string>() }))
    },
  })
  using driver = testDriver(app, { partitions: { left: 2, right: 3 } })
  send(driver, [
    ['l', 'x', 'x-top', 1],
    ['l', 'a', 'xa', 2],
    ['r', 'p', 'P', 3],
    ['l', 'x', 'x-p', 4],
  ])
  const rows = driver.output({ ...out, value: json<string>() }).toMap()
  expect(Object.fromEntries(rows)).toEqual({ x: 'x-p<x-p+P', a: 'xa<x-p+P' })
})
