/** The Avro serde: bytes of the specification, schema resolution under each framing, and what it refuses. */
import { describe, expect, it } from 'vitest'
import { avro, type AvroSchema } from '../../../src/avro/index.ts'
import { rabinFingerprint } from '../../../src/avro/rabin.ts'
import { ByteSink } from '../../../src/base/byte-sink.ts'
import { bytesOfHex, hexOf } from '../../../src/base/bytes.ts'
import { defineApp, json, string, topic } from '../../../src/index.ts'
import { testDriver } from '../../../src/testing/index.ts'

interface Order {
  id: string
  cents: number
  currency: string
}

const field = (name: string, type: unknown, more: object = {}): object => ({ name, type, ...more })
const record = (...fields: object[]) => ({ type: 'record', name: 'Order', fields })

const version1 = record(field('id', 'string'), field('cents', 'int'))
const version2 = record(
  field('id', 'string'),
  field('cents', 'long'),
  field('currency', 'string', { default: 'EUR' }),
)
/** Fields in another order, and one under an older name. */
const version3 = record(
  field('currency', 'string', { default: 'EUR' }),
  field('amount', 'long', { aliases: ['cents'] }),
  field('id', 'string'),
)

const errorOf = (act: () => unknown): unknown => {
  try {
    return act()
  } catch (error) {
    return error
  }
}

describe('the bytes', () => {
  // The examples of the Avro 1.12 specification.
  const examples: readonly (readonly [schema: AvroSchema, value: unknown, hex: string])[] = [
    [record(field('a', 'long'), field('b', 'string')), { a: 27, b: 'foo' }, '3606666f6f'],
    [{ type: 'array', items: 'long' }, [3, 27], '04063600'],
    [['null', 'string'], null, '00'],
    [['null', 'string'], 'a', '020261'],
    ['long', -64, '7f'],
    ['long', 64, '8001'],
    ['boolean', true, '01'],
  ]
  it.each(examples)('%j of %j are those of the specification', (schema, value, hex) => {
    const serde = avro<unknown>(schema)
    expect(hexOf(serde.serialize(value))).toBe(hex)
    expect(serde.deserialize(bytesOfHex(hex))).toEqual(value)
    const around = bytesOfHex(`ff${hex}ff`)
    expect(serde.deserializeRange!(around, 1, around.length - 1)).toEqual(value)
  })

  it('grow a sink that is too small, behind what it holds', () => {
    const serde = avro<Order>(version2)
    const order = { id: 'x'.repeat(5000), cents: 2 ** 40, currency: 'é' }
    const sink = new ByteSink(4)
    sink.append(new Uint8Array([7]))
    serde.serializeInto!(order, sink)
    expect(serde.deserializeRange!(sink.bytes, 1, sink.length)).toEqual(order)
  })

  it('are the caller’s own', () => {
    const serde = avro<string>('string')
    const first = serde.serialize('abc')
    serde.serialize('xyz')
    expect(serde.deserialize(first)).toBe('abc')
  })

  it('of longs are bigints where asked for, and refused beyond 2^53 where not', () => {
    const large = 9_007_199_254_740_993n
    const bytes = avro<bigint>('long', { long: 'bigint' }).serialize(large)
    expect(avro<bigint>('long', { long: 'bigint' }).deserialize(bytes)).toBe(large)
    expect(avro<bigint>('long', { long: 'bigint' }).serialize(27n)).toEqual(
      avro<number>('long').serialize(27),
    )
    expect(() => avro<number>('long').deserialize(bytes)).toThrow(/precision/)
    expect(() => avro<number>('long').serialize(2 ** 53)).toThrow()
    expect(() => avro<bigint>('long', { long: 'bigint' }).serialize(2n ** 63n)).toThrow()
  })
})

describe('rabinFingerprint', () => {
  // From the test data of Apache Avro; on the wire little-endian.
  it.each([
    ['"null"', 7_195_948_357_588_979_594n],
    ['"int"', 8_247_732_601_305_521_295n],
    ['"string"', -8_142_146_995_180_207_161n],
    ['"boolean"', -6_970_731_678_124_411_036n],
  ])('of %s is that of Apache Avro', (schema, expected) => {
    const bytes = rabinFingerprint(schema)
    expect(new DataView(bytes.buffer).getBigInt64(0, true)).toBe(expected)
  })
})

describe('schema resolution', () => {
  const old = { id: 'o1', cents: 5 }

  it('without framing goes from the one writer’s schema', () => {
    const bytes = avro<typeof old>(version1).serialize(old)
    const reader = avro<Order>(version2, { writer: version1 })
    expect(reader.deserialize(bytes)).toEqual({ ...old, currency: 'EUR' })
  })

  it('by fingerprint goes from whichever of the schemas wrote', () => {
    const reader = avro<object>(version3, { framing: 'single-object', writers: [version1, version2] })
    const first = avro<object>(version1, { framing: 'single-object' }).serialize(old)
    const second = avro<Order>(version2, { framing: 'single-object' }).serialize({ ...old, currency: 'USD' })
    expect(hexOf(first).slice(0, 4)).toBe('c301')
    expect(reader.deserialize(first)).toEqual({ id: 'o1', amount: 5, currency: 'EUR' })
    expect(reader.deserialize(second)).toEqual({ id: 'o1', amount: 5, currency: 'USD' })
    expect(reader.deserialize(reader.serialize({ id: 'a', amount: 1, currency: 'CHF' }))).toEqual({
      id: 'a',
      amount: 1,
      currency: 'CHF',
    })
  })

  it('by number asks for a schema once, and reads what it is told', () => {
    const asked: number[] = []
    const reader = avro<Order>(version2, {
      framing: 'confluent',
      id: 8,
      schemaOf: id => {
        asked.push(id)
        return id === 7 ? version1 : undefined
      },
    })
    const bytes = avro<object>(version1, { framing: 'confluent', id: 7 }).serialize(old)
    expect(hexOf(bytes)).toBe('0000000007046f310a')
    for (let time = 0; time < 3; time++) {
      expect(reader.deserialize(bytes)).toEqual({ ...old, currency: 'EUR' })
    }
    expect(asked).toEqual([7])
    bytes[4] = 9
    expect(errorOf(() => reader.deserialize(bytes))).toMatchObject({ code: 'MR-3013' })
  })

  it('that cannot succeed is refused when the serde is declared', () => {
    const narrower = record(field('id', 'string'), field('cents', 'int'), field('extra', 'string'))
    for (const options of [
      { writer: version2 },
      { framing: 'single-object', writers: [version1, version2] },
    ] as const) {
      expect(errorOf(() => avro<object>(narrower, options))).toMatchObject({
        code: 'MR-3012',
        message: expect.stringMatching(/cannot read what (the writer|writers\[0\]) wrote/),
        fix: expect.stringMatching(/rules of schema resolution/),
      })
    }
  })

  it('under a registry is refused at the first record of that number', () => {
    const reader = avro<object>('string', { framing: 'confluent', id: 1, schemaOf: () => version1 })
    const bytes = avro<object>(version1, { framing: 'confluent', id: 2 }).serialize(old)
    expect(errorOf(() => reader.deserialize(bytes))).toMatchObject({ code: 'MR-3012' })
  })
})

describe('refused', () => {
  it.each([[{ type: 'recrod' }], ['strng'], [{ type: 'record', name: 'A' }]])('is the schema %j', schema => {
    expect(errorOf(() => avro(schema))).toMatchObject({ code: 'MR-3011' })
  })

  it('is a value that does not fit, and the sink is as it was', () => {
    const serde = avro<Order>(version2, { framing: 'single-object' })
    const sink = new ByteSink()
    sink.append(new Uint8Array([7]))
    expect(() => serde.serializeInto!({ id: 1 } as never, sink)).toThrow(/invalid "string": 1/)
    expect(hexOf(sink.toBytes())).toBe('07')
  })

  it.each([0, 1, 4, 9, 12])('are %i bytes of a longer value, under every framing', length => {
    const order = { id: 'o1', cents: 7000, currency: 'EUR' }
    for (const framing of [{}, { framing: 'single-object' }, { framing: 'confluent', id: 3 }] as const) {
      const serde = avro<Order>(version2, framing)
      const whole = serde.serialize(order)
      const shorter = Math.min(length, whole.length - 1)
      expect(() => serde.deserialize(whole.subarray(0, shorter))).toThrow()
      // Behind a range there are other records: they are not read into.
      expect(() => serde.deserializeRange!(whole, 0, shorter)).toThrow()
    }
  })

  it('are bytes behind the value, other framings and unknown fingerprints', () => {
    expect(() => avro<number>('int').deserialize(bytesOfHex('0200'))).toThrow(/1 bytes behind the value/)
    const single = avro<number>('int', { framing: 'single-object' })
    expect(() => single.deserialize(avro<number>('int').serialize(1))).toThrow(/no single-object header/)
    const other = avro<string>('string', { framing: 'single-object' }).serialize('a')
    expect(errorOf(() => single.deserialize(other))).toMatchObject({ code: 'MR-3013' })
    const numbered = avro<number>('int', { framing: 'confluent', id: 1 })
    expect(() => numbered.deserialize(other)).toThrow(/no registry header/)
    expect(errorOf(() => numbered.deserialize(bytesOfHex('000000000202')))).toMatchObject({ code: 'MR-3013' })
  })

  it('are options that are none', () => {
    expect(() => avro('int', { framing: 'confluent', id: -1 })).toThrow(RangeError)
    expect(() => avro('int', { framing: 'protobuf' } as never)).toThrow(/none, single-object, confluent/)
  })
})

it('carries values through an application, and a broken record fails with its place', () => {
  const serde = avro<Order>(version2, { framing: 'single-object', writers: [version1] })
  const orders = topic('orders', { key: string(), value: serde })
  const totals = topic('totals', { key: string(), value: json<number>() })
  const app = defineApp({
    id: 'app',
    build: b => {
      b.stream(orders)
        .groupByKey()
        .aggregate({ initial: () => 0, add: (sum, order) => sum + order.cents, store: 'sums' })
        .toStream()
        .to(totals)
    },
  })
  using driver = testDriver(app)
  driver.input(orders).send('k', { id: 'a', cents: 5, currency: 'EUR' })
  driver.input(orders).send('k', { id: 'b', cents: 6, currency: 'EUR' })
  expect(
    driver
      .output(totals)
      .readAll()
      .map(({ value }) => value),
  ).toEqual([5, 11])
  const raw = topic('orders', { key: string(), value: string() })
  expect(errorOf(() => driver.input(raw).send('k', 'broken'))).toMatchObject({ code: 'MR-3001' })
})
