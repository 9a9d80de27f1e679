/** Foreign-key joins step by step (semantics F1 to F10): what is sent where, stored, answered and made of it. */
import { describe, expect, it } from 'vitest'
import { partitionForKey } from '../../src/base/murmur2.ts'
import { murmur3 } from '../../src/base/murmur3.ts'
import { utf8Bytes } from '../../src/base/text.ts'
import { defineApp, json, string, topic } from '../../src/index.ts'
import type { Subscription } from '../../src/operators/foreign-key-join/subscription.ts'
import { testDriver, type TestDriver } from '../../src/testing/index.ts'
import { planPartitions } from '../../src/topology/partition-counts.ts'
import {
  appOf,
  foreignKey,
  left,
  out,
  registrations,
  responses,
  results,
  right,
  send,
  subscriptions,
  type Operator,
} from './foreign-key-fixture.ts'

describe('the left side', () => {
  it('sends the hash of the row, its key and its partition to the topic of subscriptions, by foreign key (F1)', () => {
    using driver = testDriver(appOf('join'), { partitions: { left: 3, right: 4 } })
    send(driver, [['l', 'k', 'x1', 5]])
    const [sent] = driver.output(registrations).readAll()
    const subscription: Subscription = {
      hash: murmur3(utf8Bytes('x1')),
      instruction: 'subscribe',
      primaryKey: 'k',
      primaryPartition: partitionForKey(utf8Bytes('k'), 3),
    }
    expect(sent).toMatchObject({ key: 'x', value: subscription, timestamp: 5 })
    expect(sent!.partition).toBe(partitionForKey(utf8Bytes('x'), 4))
    driver.input(left).tombstone('k')
    expect(driver.output(registrations).read()?.value.hash).toBeUndefined()
  })

  it.each<[Operator, readonly [row: string | null, sent: readonly string[]][]]>([
    [
      'join',
      [
        ['x1', ['x:subscribe:k']],
        ['x2', ['x:subscribe:k']],
        ['y1', ['x:unsubscribe:k', 'y:subscribe-and-answer:k']],
        ['-', ['y:unsubscribe-and-answer:k']],
        ['-', []],
        ['y1', ['y:subscribe:k']],
        [null, ['y:unsubscribe-and-answer:k']],
        [null, []],
      ],
    ],
    [
      'leftJoin',
      [
        ['x1', ['x:subscribe-and-answer:k']],
        ['x2', ['x:subscribe-and-answer:k']],
        ['y1', ['x:unsubscribe:k', 'y:subscribe-and-answer:k']],
        ['-', ['y:unsubscribe:k', '-:subscribe-and-answer:k']],
        ['-', ['-:subscribe-and-answer:k']],
        ['y1', ['y:subscribe-and-answer:k']],
        [null, ['y:unsubscribe:k', '-:subscribe-and-answer:k']],
        [null, []],
      ],
    ],
  ])('gives the instructions of a %s (F2, F3)', (operator, steps) => {
    using driver = testDriver(appOf(operator))
    for (const [row, sent] of steps) {
      send(driver, [['l', 'k', row]])
      expect(subscriptions(driver), `${row}`).toEqual(sent)
    }
  })

  it('tells by its bytes whether a foreign key has changed (F4)', () => {
    const rights = topic('rights', { key: json<{ id: number }>(), value: string() })
    const lefts = topic('lefts', { key: string(), value: json<{ id: number; n: number }>() })
    const app = defineApp({
      id: 'app',
      build: b =>
        b
          .table(lefts)
          .join(b.table(rights), ({ n }, r) => `${n}${r}`, { on: ({ id }) => ({ id }), name: 'fk' })
          .toStream()
          .to(out),
    })
    using driver = testDriver(app)
    const sent = (): readonly string[] =>
      driver
        .output({ ...registrations, key: json() })
        .readAll()
        .map(({ key, value }) => `${JSON.stringify(key)}:${value.instruction}`)
    driver.input(lefts).send('k', { id: 1, n: 1 }).send('k', { id: 1, n: 2 })
    expect(sent()).toEqual(['{"id":1}:subscribe', '{"id":1}:subscribe'])
    driver.input(lefts).send('k', { id: 2, n: 2 })
    expect(sent()).toEqual(['{"id":1}:unsubscribe', '{"id":2}:subscribe-and-answer'])
  })
})

describe('the right side', () => {
  it('stores subscriptions under both keys, and has its topic partitioned like the right table (F5)', () => {
    using driver = testDriver(appOf('join'), { partitions: { left: 3, right: 4 } })
    send(driver, [
      ['l', 'a', 'x1'],
      ['l', 'b', 'y1'],
      ['l', 'c', 'x3'],
      ['l', 'c', 'y3'],
    ])
    const stored = driver.store<Uint8Array, Subscription>('fk-subscription-store').toMap()
    expect([...stored.keys()].map(key => string().deserialize(key.subarray(4))).sort()).toEqual([
      'xa',
      'yb',
      'yc',
    ])
    expect([...stored.values()].map(({ primaryKey }) => String(primaryKey)).sort()).toEqual(['a', 'b', 'c'])
    const counts = planPartitions(appOf('join').topology(), name => (name === 'left' ? 3 : 4))
    expect(Object.fromEntries(counts.repartitionTopics)).toEqual({
      'fk-subscription-registration-topic': 4,
      'fk-subscription-response-topic': 3,
    })
  })

  it('answers a subscription at once, and every subscriber when a row changes or is written again (F6)', () => {
    using driver = testDriver(appOf('join'))
    send(driver, [
      ['r', 'x', 'X', 1],
      ['l', 'b', 'x2', 2],
      ['l', 'a', 'x1', 3],
      ['l', 'xa', 'xx', 4],
      ['l', 'c', 'xy', 5],
      ['l', 'd', 'y1', 6],
    ])
    expect(results(driver)).toEqual(['b=x2+X@2', 'a=x1+X@3', 'xa=xx+X@4', 'c=xy+X@5'])
    send(driver, [['r', 'x', 'X', 7]])
    expect(results(driver)).toEqual(['a=x1+X@7', 'b=x2+X@7', 'c=xy+X@7', 'xa=xx+X@7'])
    send(driver, [['r', 'x', null, 8]])
    expect(results(driver)).toEqual(['a=-@8', 'b=-@8', 'c=-@8', 'xa=-@8'])
  })

  it('forgets who has unsubscribed, and remembers the others over a crash', () => {
    using driver = testDriver(appOf('join'))
    send(driver, [
      ['l', 'a', 'x1'],
      ['l', 'b', 'x2'],
      ['l', 'c', 'x3'],
      ['l', 'a', 'y1'],
      ['l', 'b', null],
    ])
    driver.crash()
    driver.restart()
    results(driver)
    send(driver, [['r', 'x', 'X', 9]])
    expect(results(driver)).toEqual(['c=x3+X@9'])
  })

  it('answers to the partition that has subscribed, whatever the keys say (F7)', () => {
    using driver = testDriver(appOf('join'), { partitions: { left: 3, right: 2 } })
    const partition = (partitionForKey(utf8Bytes('k'), 3) + 1) % 3
    driver.input(left).send('k', 'x1', { partition })
    send(driver, [['r', 'x', 'X', 4]])
    expect(driver.output(responses).readAll()).toMatchObject([{ key: 'k', partition }])
    expect(results(driver)).toEqual(['k=x1+X@4'])
  })

  it('answers a subscription of version 0, which names no partition, by the hash of its key (F7)', () => {
    using driver = testDriver(appOf('join'), { partitions: { left: 3, right: 2 } })
    send(driver, [['r', 'x', 'X', 4]])
    const old = {
      hash: undefined,
      instruction: 'subscribe',
      primaryKey: 'k',
      primaryPartition: undefined,
    } as const
    driver.input(registrations).send('x', old)
    const partition = partitionForKey(utf8Bytes('k'), 3)
    expect(driver.output(responses).readAll()).toMatchObject([{ key: 'k', partition }])
  })

  it('asks partitioners of the application about keys alone, and takes one partition (D64, F7, F10)', () => {
    const asked: unknown[] = []
    const choose =
      (chosen: readonly number[]) =>
      (topicName: string, ...about: readonly unknown[]): readonly number[] => {
        asked.push([topicName, ...about])
        return chosen
      }
    const partitions = { left: 3, right: 2 }
    const app = appOf('join', { partitioner: choose([2]), otherPartitioner: choose([1]) })
    using driver = testDriver(app, { partitions })
    driver.input(right).send('x', 'X', { partition: 1 })
    driver.input(left).send('k', 'x1', { partition: 2 })
    expect(results(driver)).toEqual(['k=x1+X@0'])
    expect(asked).toEqual([
      ['app-fk-subscription-registration-topic', 'x', undefined, 2, []],
      ['app-fk-subscription-response-topic', 'k', undefined, 3, []],
    ])
    using several = testDriver(appOf('join', { otherPartitioner: choose([0, 1]) }), { partitions })
    expect(() => several.input(left).send('k', 'x1')).toThrow(/chose 2 partitions, not one/)
  })
})

describe('the result', () => {
  /** Both versions of the row wait for the application; the answer to the first comes when the second is there. */
  const overtaken = (operator: Operator): TestDriver => {
    const driver = testDriver(appOf(operator))
    send(driver, [['r', 'x', 'X', 50]])
    driver.crash()
    send(driver, [
      ['l', 'k', 'x1', 1],
      ['l', 'k', 'x2', 2],
    ])
    driver.restart()
    return driver
  }

  it.each<Operator>(['join', 'leftJoin'])(
    'is not made of an answer to a row that has changed since: %s (F8)',
    operator => {
      using driver = overtaken(operator)
      expect(driver.output(responses).readAll()).toHaveLength(2)
      expect(results(driver)).toEqual(['k=x2+X@50'])
      expect(driver.drops()).toMatchObject([
        { node: 'fk-subscription-response-resolver', reason: 'stale-response', topic: responses.name },
      ])
    },
  )

  it('is a tombstone without a right row, or in a left join that of the left row alone (F8)', () => {
    for (const [operator, expected] of [
      ['join', ['k=x1+X@2', 'k=-@3']],
      ['leftJoin', ['k=x1+X@2', 'k=x1+nothing@3']],
    ] as const) {
      using driver = testDriver(appOf(operator))
      send(driver, [
        ['r', 'x', 'X', 1],
        ['l', 'k', 'x1', 2],
        ['r', 'x', null, 3],
      ])
      expect(results(driver)).toEqual(expected)
    }
  })

  it('has the later time of both rows after a left change, that of the right row after a right one (F9)', () => {
    using driver = testDriver(appOf('join'))
    send(driver, [
      ['r', 'x', 'X', 20],
      ['l', 'k', 'x1', 10],
      ['l', 'k', 'x2', 30],
      ['r', 'x', 'Y', 5],
    ])
    expect(results(driver)).toEqual(['k=x1+X@20', 'k=x2+X@30', 'k=x2+Y@5'])
  })

  it('may have a tombstone where there was nothing, and keeps the rows of both tables for it (F10)', () => {
    const app = appOf('join')
    using driver = testDriver(app)
    send(driver, [
      ['l', 'k', 'x1', 1],
      ['l', 'k', 'y1', 2],
      ['l', 'k', null, 3],
    ])
    expect(results(driver)).toEqual(['k=-@2', 'k=-@3'])
    expect([...app.topology().stores.keys()]).toEqual(
      expect.arrayContaining(['left-STATE-STORE-0000000000', 'right-STATE-STORE-0000000003']),
    )
    expect(() =>
      defineApp({
        id: 'app',
        build: b => {
          const options = { on: foreignKey } as object
          b.table(left).outerJoin(b.table(right), l => l ?? '', options)
        },
      }).topology(),
    ).toThrow(/outerJoin: there is none by a foreign key[^]*foreign-key\.test\.ts/)
  })
})
