/** The serde of lists against the bytes of Kafka 4.3.1's ListSerializer, and what it refuses. */
import { describe, expect, it } from 'vitest'
import { ByteSink } from '../../../src/base/byte-sink.ts'
import { bytesOfHex, hexOf } from '../../../src/base/bytes.ts'
import {
  boolean,
  double,
  float,
  int16,
  int32,
  int64,
  integer,
  list,
  string,
  uuid,
  type Serde,
} from '../../../src/index.ts'

interface Row {
  readonly serde: Serde<unknown[]>
  readonly items: readonly unknown[]
  readonly hex: string
}

function row<T>(serde: Serde<T[]>, items: readonly T[], hex: string): Row {
  return { serde: serde as Serde<unknown[]>, items, hex }
}

const gaps = { missing: true }
const id = '123e4567-e89b-12d3-a456-426614174000'

/** What Kafka's own serialiser writes. */
const rows: readonly Row[] = [
  row(list(int16(), gaps), [1, undefined, -2], '000000000100000001000000030001fffe'),
  row(list(int32()), [1, 2], '0000000000000000020000000100000002'),
  row(list(int32(), gaps), [undefined, 1, undefined], '000000000200000000000000020000000300000001'),
  row(list(int32()), [], '000000000000000000'),
  row(list(int64()), [7n], '0000000000000000010000000000000007'),
  row(list(integer()), [7], '0000000000000000010000000000000007'),
  row(list(double()), [1], '0000000000000000013ff0000000000000'),
  row(list(float()), [1.5], '0000000000000000013fc00000'),
  row(list(uuid()), [id], `000000000000000001${Buffer.from(id).toString('hex')}`),
  row(list(boolean(), gaps), [true, undefined], '01000000020000000101ffffffff'),
  row(list(string(), gaps), ['a', undefined, '', 'bc'], '01000000040000000161ffffffff00000000000000026263'),
  row(list(string()), [], '0100000000'),
  row(
    list(list(int32())),
    [[1], []],
    '01000000020000000d0000000000000000010000000100000009000000000000000000',
  ),
]

describe.each(rows)('$serde.name: $items', ({ serde, items, hex }) => {
  it('is written in the bytes of Kafka, alone and behind something else', () => {
    expect(hexOf(serde.serialize([...items]))).toBe(hex)
    const sink = new ByteSink(1)
    sink.append(new Uint8Array([7]))
    serde.serializeInto!([...items], sink)
    expect(hexOf(sink.toBytes())).toBe(`07${hex}`)
  })

  it('is read back, from bytes and from a range of bytes', () => {
    expect(serde.deserialize(bytesOfHex(hex))).toEqual(items)
    const around = bytesOfHex(`aa${hex}bb`)
    expect(serde.deserializeRange!(around, 1, around.length - 1)).toEqual(items)
  })

  it('is refused at every length but its own', () => {
    const whole = bytesOfHex(hex)
    for (let length = 0; length < whole.length; length++) {
      expect(() => serde.deserialize(whole.subarray(0, length))).toThrow(RangeError)
    }
    expect(() => serde.deserialize(bytesOfHex(`${hex}00`))).toThrow(RangeError)
  })
})

describe('list', () => {
  it('takes items whose serde has only the plain functions', () => {
    const { name, serialize, deserialize } = string()
    const serde = list({ name, serialize, deserialize })
    expect(serde.deserialize(serde.serialize(['a', 'bc']))).toEqual(['a', 'bc'])
  })

  it('refuses missing items in both directions, and names the option that takes them', () => {
    const wide = list(string(), gaps).serialize(['a', undefined])
    const narrow = list(int32(), gaps).serialize([1, undefined])
    const remedy = /an item is missing .* list\(inner, \{ missing: true \}\)/
    expect(() => list(string()).serialize(['a', undefined as never])).toThrow(remedy)
    expect(() => list(string()).serialize([null as never])).toThrow(remedy)
    expect(() => list(string()).deserialize(wide)).toThrow(remedy)
    expect(() => list(int32()).deserialize(narrow)).toThrow(remedy)
  })

  it.each([
    ['not a list', 'ab'],
    ['an item of another type', [1]],
  ])('refuses to write %s', (_what, value) => {
    expect(() => list(string()).serialize(value as never)).toThrow(TypeError)
  })

  it('allocates nothing by a declared count', () => {
    expect(() => list(string()).deserialize(bytesOfHex('017fffffff00000000'))).toThrow(/2147483647 items/)
    expect(() => list(int32(), gaps).deserialize(bytesOfHex('007fffffff00000000'))).toThrow(RangeError)
    expect(() => list(int32(), gaps).deserialize(bytesOfHex('00000000007fffffff'))).toThrow(RangeError)
    expect(() => list(int32()).deserialize(bytesOfHex('0000000000ffffffff'))).toThrow(RangeError)
  })

  it('refuses gaps that lie outside the list', () => {
    // One gap, at place 5 of a list of two: one item of four bytes remains.
    expect(() =>
      list(int32(), gaps).deserialize(bytesOfHex('000000000100000005000000020000000100')),
    ).toThrow()
    expect(() => list(int32(), gaps).deserialize(bytesOfHex('0000000001000000050000000200000001'))).toThrow(
      RangeError,
    )
  })

  it('refuses bytes of the other kind', () => {
    const text = list(string()).serialize(['abc'])
    expect(() => list(int32()).deserialize(text)).toThrow(/first byte is 1; .* without sizes/)
  })
})
