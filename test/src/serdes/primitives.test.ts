/** The serdes of single values against the bytes of Kafka's own, and what they refuse. */
import { describe, expect, it } from 'vitest'
import { ByteSink } from '../../../src/base/byte-sink.ts'
import { bytesOfHex, hexOf } from '../../../src/base/bytes.ts'
import {
  boolean,
  bytes,
  double,
  float,
  int16,
  int32,
  int64,
  integer,
  nothing,
  string,
  uuid,
} from '../../../src/serdes/primitives.ts'
import type { Encoder, Serde } from '../../../src/serdes/serde.ts'

interface Row {
  readonly serde: Serde<unknown>
  readonly value: unknown
  readonly hex: string
}

function row<T>(serde: Serde<T>, value: T, hex: string): Row {
  return { serde: serde as Serde<unknown>, value, hex }
}

/** What Kafka's own serialisers write. */
const rows: readonly Row[] = [
  row(string(), '', ''),
  row(string(), 'to be', '746f206265'),
  row(string(), 'é～𝄞', 'c3a9efbd9ef09d849e'),
  row(bytes(), new Uint8Array([0, 255]), '00ff'),
  row(int16(), -2, 'fffe'),
  row(int16(), 32_767, '7fff'),
  row(float(), 1.5, '3fc00000'),
  row(int32(), 1, '00000001'),
  row(int32(), -2_147_483_648, '80000000'),
  row(int64(), 1n, '0000000000000001'),
  row(int64(), -1n, 'ffffffffffffffff'),
  row(int64(), 9_223_372_036_854_775_807n, '7fffffffffffffff'),
  row(int64(), -4_294_967_297n, 'fffffffeffffffff'),
  row(integer(), 1, '0000000000000001'),
  row(integer(), -1, 'ffffffffffffffff'),
  row(integer(), -4_294_967_297, 'fffffffeffffffff'),
  row(integer(), Number.MAX_SAFE_INTEGER, '001fffffffffffff'),
  row(integer(), Number.MIN_SAFE_INTEGER, 'ffe0000000000001'),
  row(double(), 1, '3ff0000000000000'),
  row(double(), -0.5, 'bfe0000000000000'),
  row(double(), Infinity, '7ff0000000000000'),
  row(boolean(), true, '01'),
  row(boolean(), false, '00'),
  row(
    uuid(),
    '123e4567-e89b-12d3-a456-426614174000',
    '31323365343536372d653839622d313264332d613435362d343236363134313734303030',
  ),
]

describe.each(rows)('$serde.name: $value', ({ serde, value, hex }) => {
  it('is written in the bytes of Kafka', () => {
    expect(hexOf(serde.serialize(value))).toBe(hex)
  })

  it('is appended to a sink alike', () => {
    const sink = new ByteSink(1)
    sink.append(new Uint8Array([7]))
    serde.serializeInto!(value, sink)
    expect(hexOf(sink.toBytes())).toBe(`07${hex}`)
  })

  it('is read back, from bytes and from a range of bytes', () => {
    expect(serde.deserialize(bytesOfHex(hex))).toEqual(value)
    const around = bytesOfHex(`aa${hex}bb`)
    expect(serde.deserializeRange!(around, 1, around.length - 1)).toEqual(value)
  })
})

describe('bytes', () => {
  it('are copied both ways, so that memory used again does not change them', () => {
    const source = new Uint8Array([1, 2])
    const read = bytes().deserialize(source)
    const written = bytes().serialize(source)
    source[0] = 9
    expect([...read, ...written]).toEqual([1, 2, 1, 2])
  })
})

it('float reads back the nearest number of 32 bits', () => {
  expect(float().deserialize(float().serialize(1.1))).toBe(Math.fround(1.1))
})

describe('a serde', () => {
  it('is the same object every time, so that declarations can be compared', () => {
    for (const make of [string, bytes, int16, int32, int64, integer, float, double, boolean, uuid, nothing]) {
      expect(make()).toBe(make())
    }
  })

  it.each<[what: string, serde: Encoder<never>, value: unknown, error: RegExp]>([
    ['string: a number', string(), 5, /expected a string, not number/],
    ['string: null', string(), null, /expected a string, not null/],
    ['bytes: text', bytes(), 'a', /expected a Uint8Array, not string/],
    ['int16: too great', int16(), 32_768, /not a whole number of 16 bits/],
    ['float: text', float(), '1', /expected a number, not string/],
    ['int32: a fraction', int32(), 1.5, /not a whole number of 32 bits/],
    ['int32: too great', int32(), 2 ** 31, /not a whole number of 32 bits/],
    ['int64: a number', int64(), 5, /expected a bigint, not number/],
    ['int64: too great', int64(), 2n ** 63n, /beyond 64 bits/],
    ['integer: too great', integer(), 2 ** 53, /not a whole number below 2\^53/],
    ['integer: not a number', integer(), Number.NaN, /not a whole number/],
    ['double: text', double(), '1', /expected a number, not string/],
    ['boolean: 1', boolean(), 1, /expected a boolean, not number/],
    ['uuid: other text', uuid(), 'abc', /"abc" is not a uuid/],
  ])('refuses to write %s', (_what, serde, value, error) => {
    expect(() => serde.serialize(value as never)).toThrow(error)
    expect(() => serde.serializeInto!(value as never, new ByteSink())).toThrow(error)
  })

  it.each<[what: string, serde: Serde<unknown>, hex: string, error: RegExp]>([
    ['int16: one byte', int16() as Serde<unknown>, '00', /1 bytes instead of 2/],
    ['nothing: something', nothing() as unknown as Serde<unknown>, '00', /1 bytes where null belongs/],
    ['int32: three bytes', int32() as Serde<unknown>, '000001', /3 bytes instead of 4/],
    ['int64: nine bytes', int64() as Serde<unknown>, '000000000000000001', /9 bytes instead of 8/],
    ['integer: beyond 2^53', integer() as Serde<unknown>, '0020000000000001', /read it with int64\(\)/],
    ['double: none', double() as Serde<unknown>, '', /0 bytes instead of 8/],
    ['boolean: 2', boolean() as Serde<unknown>, '02', /the byte is 2/],
    ['uuid: other text', uuid() as Serde<unknown>, '616263', /is not a uuid/],
  ])('refuses to read %s', (_what, serde, hex, error) => {
    expect(() => serde.deserialize(bytesOfHex(hex))).toThrow(error)
  })

  it('refuses to write anything where nothing belongs', () => {
    expect(() => nothing().serialize(1 as never)).toThrow(/expected nothing, not number/)
  })

  it('reads what a longer buffer holds without looking past the range', () => {
    expect(string().deserializeRange!(bytesOfHex('616263'), 1, 2)).toBe('b')
  })
})
