/** Plain operations on bytes, against what the platform's own `DataView` does. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  bytesOfHex,
  compareBytes,
  concatBytes,
  equalBytes,
  hexOf,
  readInt16,
  readInt32,
  readInt64,
  readUint32,
  writeInt16,
  writeInt32,
  writeInt64,
} from '../../../src/base/bytes.ts'

const bytes = (...values: number[]) => Uint8Array.from(values)

describe('compareBytes', () => {
  it.each([
    [bytes(), bytes(), 0],
    [bytes(), bytes(0), -1],
    [bytes(1, 2), bytes(1, 2, 0), -1],
    [bytes(0x80), bytes(0x7f), 1],
    [bytes(1, 0xff), bytes(2), -1],
    [bytes(3, 4), bytes(3, 4), 0],
  ])('orders %j and %j as unsigned bytes', (left, right, sign) => {
    expect(Math.sign(compareBytes(left, right))).toBe(sign)
    expect(Math.sign(compareBytes(right, left))).toBe(sign === 0 ? 0 : -sign)
    expect(equalBytes(left, right)).toBe(sign === 0)
  })
})

describe('integers', () => {
  const view = new DataView(new ArrayBuffer(8))
  const raw = new Uint8Array(view.buffer)

  it('reads and writes every safe integer as an int64', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), value => {
        writeInt64(raw, 0, value)
        expect(view.getBigInt64(0)).toBe(BigInt(value))
        expect(readInt64(raw, 0)).toBe(value)
      }),
    )
  })

  it('reads and writes int32, uint32 and int16', () => {
    fc.assert(
      fc.property(fc.integer(), value => {
        writeInt32(raw, 0, value)
        expect(view.getInt32(0)).toBe(value)
        expect(readInt32(raw, 0)).toBe(value)
        expect(readUint32(raw, 0)).toBe(value >>> 0)
        writeInt16(raw, 2, value)
        expect(readInt16(raw, 2)).toBe((value << 16) >> 16)
      }),
    )
  })

  it('rounds an int64 that no number holds, so that a check for safe integers finds it', () => {
    expect(Number.isSafeInteger(readInt64(bytesOfHex('7fffffffffffffff'), 0))).toBe(false)
    expect(Number.isSafeInteger(readInt64(bytesOfHex('8000000000000001'), 0))).toBe(false)
  })
})

describe('concatBytes and hex', () => {
  it('joins in order', () => {
    expect(concatBytes(bytes(1), bytes(), bytes(2, 3))).toEqual(bytes(1, 2, 3))
  })

  it('round-trips', () => {
    fc.assert(
      fc.property(fc.uint8Array(), value => {
        expect(bytesOfHex(hexOf(value))).toEqual(value)
      }),
    )
  })

  it.each(['abc', 'zz', '0x10'])('refuses %j', text => {
    expect(() => bytesOfHex(text)).toThrow(TypeError)
  })
})
