/** What becomes of records that fail (E1 to E5): policies, dead letters with Kafka's headers, and what stays done. */
import { describe, expect, it } from 'vitest'
import {
  defineApp,
  integer,
  json,
  kvStore,
  string,
  topic,
  type ErrorPolicies,
  type ErrorReaction,
  type FailedRecord,
} from '../../../src/index.ts'
import { utf8Bytes, utf8Slice } from '../../../src/base/text.ts'
import { testDriver } from '../../../src/testing/index.ts'

interface Order {
  readonly amount: number
}

const orders = topic('orders', { key: string(), value: json<Order>(), partitions: 2 })
const texts = topic('orders', { key: string(), value: string() })
const doubled = topic('doubled', { key: string(), value: json<number>() })

function doubling(onError: ErrorPolicies, dlq?: string) {
  return defineApp({
    id: 'doubling',
    onError,
    ...(dlq === undefined ? {} : { dlq }),
    build: b =>
      b
        .stream(orders)
        .mapValues(
          ({ amount }) => {
            if (amount < 0) throw new RangeError(`no such amount: ${amount}`)
            return amount * 2
          },
          { name: 'double' },
        )
        .to(doubled),
  })
}

describe('E1: a record that cannot be read', () => {
  it('stops the application by default', () => {
    using driver = testDriver(doubling({}))
    expect(() => driver.input(texts).send('a', 'no JSON')).toThrow(/MR-3001/)
  })

  it('is passed over with skip, and counted', () => {
    using driver = testDriver(doubling({ deserialize: 'skip' }))
    driver.input(texts).send('a', 'no JSON').send('a', '{"amount":1}')
    expect(driver.output(doubled).toMap()).toEqual(new Map([['a', 2]]))
    expect(driver.drops().map(({ reason }) => reason)).toEqual(['deserialization'])
    expect(driver.dlq()).toEqual([])
  })

  it('goes to the dead letter topic byte for byte with dlq, with Kafka’s headers after its own (E4)', () => {
    using driver = testDriver(doubling({ deserialize: 'dlq' }, 'orders.dlq'))
    driver.input(texts).send('a', 'no JSON', { at: 7, headers: { trace: 'x' }, partition: 1 })
    const [letter, ...others] = driver.dlq()
    expect(others).toEqual([])
    expect(letter).toMatchObject({ topic: 'orders', partition: 1, offset: 0, timestamp: 7, task: '0_1' })
    expect(letter).toMatchObject({ code: 'MR-3001', node: 'KSTREAM-SOURCE-0000000000' })
    expect(utf8Slice(letter!.key!)).toBe('a')
    expect(utf8Slice(letter!.value!)).toBe('no JSON')
    expect(letter!.exception).toMatch(/^SyntaxError: /)
    expect(letter!.headers.map(({ key }) => key)).toEqual([
      'trace',
      '__streams.errors.exception',
      '__streams.errors.message',
      '__streams.errors.stacktrace',
      '__streams.errors.topic',
      '__streams.errors.partition',
      '__streams.errors.offset',
      '__millrace.errors.code',
      '__millrace.errors.node',
      '__millrace.errors.task',
      '__millrace.errors.application',
    ])
  })

  it('is committed with its dead letter: a restart does neither again', () => {
    using driver = testDriver(doubling({ deserialize: 'dlq' }))
    driver.input(texts).send('a', 'no JSON')
    driver.crash()
    driver.restart()
    expect(driver.dlq()).toHaveLength(1)
  })
})

describe('E2: code that throws', () => {
  it('leaves the record to the policy, which sees what was thrown and where', () => {
    const seen: [string, Omit<FailedRecord, 'headers'>][] = []
    const app = doubling({
      process: (error, failed) => {
        const { headers, ...record } = failed
        expect(headers).toEqual([])
        seen.push([error.message, record])
        return error instanceof RangeError ? 'dlq' : 'fail'
      },
    })
    using driver = testDriver(app)
    driver.input(orders).send('a', { amount: -1 }, { at: 3, partition: 0 }).send('a', { amount: 4 })
    expect(driver.output(doubled).toMap()).toEqual(new Map([['a', 8]]))
    const place = { topic: 'orders', partition: 0, offset: 0, timestamp: 3, task: '0_0', node: 'double' }
    const raw = { rawKey: utf8Bytes('a'), rawValue: utf8Bytes('{"amount":-1}') }
    expect(seen).toEqual([['no such amount: -1', { ...place, ...raw, kind: 'process' }]])
    const [letter] = driver.dlq()
    expect(letter).toMatchObject({ message: 'no such amount: -1', code: 'MR-3004', node: 'double' })
    expect(letter!.stackTrace).toContain('error-handling.test.ts')
    expect(utf8Slice(letter!.value!)).toBe('{"amount":-1}')
    expect(driver.drops()).toMatchObject([{ node: 'double', reason: 'processing', offset: 0 }])
  })

  it('keeps what other nodes have done with the record, and what this one had done before', () => {
    const seen = kvStore('seen', { key: string(), value: integer() })
    const other = topic('other', { key: string(), value: json<Order>() })
    const app = defineApp({
      id: 'halfway',
      onError: { process: 'skip' },
      build(b) {
        const stream = b.stream(orders)
        stream
          .process({
            stores: { seen },
            *process({ key, value, timestamp }, { stores }) {
              stores.seen.put(key, value.amount)
              yield { key, value, timestamp }
              throw new Error('after all that')
            },
          })
          .to(doubled as never)
        stream.to(other)
      },
    })
    using driver = testDriver(app)
    driver.input(orders).send('a', { amount: 1 })
    expect(driver.store('seen').get('a')).toBe(1)
    expect(driver.output(other).toMap()).toEqual(new Map([['a', { amount: 1 }]]))
  })

  it('of a record from a repartition topic names that topic', () => {
    const app = defineApp({
      id: 'by-amount',
      onError: { process: 'dlq' },
      build: b =>
        void b
          .stream(orders)
          .groupBy(({ amount }) => String(amount))
          .reduce(() => {
            throw new Error('cannot add')
          }, 'sums'),
    })
    using driver = testDriver(app)
    driver.input(orders).send('a', { amount: 1 }).send('b', { amount: 1 })
    expect(driver.dlq()).toMatchObject([{ topic: 'by-amount-sums-repartition', message: 'cannot add' }])
    expect(utf8Slice(driver.dlq()[0]!.key!)).toBe('1')
  })
})

describe('E3: a result that cannot be written', () => {
  const circular: unknown[] = []
  circular.push(circular)
  const app = (produce: ErrorReaction) =>
    defineApp({
      id: 'writing',
      onError: { produce },
      build: b =>
        b
          .stream(orders)
          .mapValues(({ amount }) => (amount === 0 ? (circular as unknown as number) : amount))
          .to(doubled),
    })

  it.each([
    ['skip', 0],
    ['dlq', 1],
  ] as const)('is gone on without with %s', (reaction, letterCount) => {
    using driver = testDriver(app(reaction), { freeze: false })
    driver.input(orders).send('a', { amount: 0 }).send('b', { amount: 1 })
    expect(driver.output(doubled).toMap()).toEqual(new Map([['b', 1]]))
    expect(driver.drops().map(({ reason }) => reason)).toEqual(['serialization'])
    expect(driver.dlq().map(({ code }) => code)).toEqual(Array(letterCount).fill('MR-3003'))
  })

  it('stops the application by default', () => {
    using driver = testDriver(app('fail'), { freeze: false })
    expect(() => driver.input(orders).send('a', { amount: 0 })).toThrow(/MR-3003/)
  })
})

describe('policies', () => {
  it('for a global table never write dead letters, but may skip (E5)', () => {
    const rates = topic('rates', { key: string(), value: json<Order>() })
    const bad = topic('rates', { key: string(), value: string() })
    const app = (deserialize: 'dlq' | 'skip') =>
      defineApp({
        id: 'rates',
        onError: { deserialize },
        build(b) {
          const table = b.globalTable(rates, 'rates')
          b.stream(orders).join(table, (order, rate) => order.amount * rate.amount, {
            on: (_order, key) => key,
          })
        },
      })
    expect(() => {
      using driver = testDriver(app('dlq'))
      driver.input(bad).send('a', 'no JSON')
    }).toThrow(/MR-3001/)
    using driver = testDriver(app('skip'))
    driver.input(bad).send('a', 'no JSON')
    expect(driver.drops()).toHaveLength(1)
  })

  it.each([
    [
      'throws',
      () => {
        throw new Error('oh')
      },
    ],
    ['answers something else', () => 'retry' as never],
  ] as const)('that %s is refused with MR-3301', (_what, process) => {
    using driver = testDriver(doubling({ process }))
    expect(() => driver.input(orders).send('a', { amount: -1 })).toThrow(/MR-3301.*onError\.process/s)
  })

  it.each([
    [{ process: 'retry' }, /onError\.process must be 'fail', 'skip', 'dlq' or a function, not 'retry'/],
    [{ decode: 'skip' }, /onError has no 'decode'/],
  ])('that are none are refused where the application is defined: %j', (onError, message) => {
    expect(() => doubling(onError as ErrorPolicies)).toThrow(message)
    expect(() => doubling(onError as ErrorPolicies)).toThrow('MR-1010')
  })

  it('declare the dead letter topic where they may ask for it, <id>-dlq by default', () => {
    const names = (app: ReturnType<typeof doubling>) => app.topics().map(({ name }) => name)
    expect(names(doubling({}))).not.toContain('doubling-dlq')
    expect(names(doubling({ process: 'dlq' }))).toContain('doubling-dlq')
    expect(names(doubling({ produce: () => 'fail' }))).toContain('doubling-dlq')
    expect(names(doubling({ process: 'dlq' }, 'letters'))).toContain('letters')
    expect(() => doubling({}, 'no such name')).toThrow(/MR-1005/)
  })
})
