/** Variable-length integers: sizes, round trips and refusals. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bytesOfHex, hexOf } from '../../../src/base/bytes.ts'
import {
  unsignedVarintSize,
  VarintReader,
  varintSize,
  varlongSize,
  writeUnsignedVarint,
  writeVarint,
  writeVarlong,
} from '../../../src/base/varint.ts'

const bytes = new Uint8Array(16)

describe('varints', () => {
  it.each([
    [0, '00'],
    [-1, '01'],
    [1, '02'],
    [63, '7e'],
    [-64, '7f'],
    [64, '8001'],
    [8191, 'fe7f'],
    [8192, '808001'],
    [2_147_483_647, 'feffffff0f'],
    [-2_147_483_648, 'ffffffff0f'],
  ])('writes %i as %s', (value, hex) => {
    expect(hexOf(bytes.slice(0, writeVarint(bytes, 0, value)))).toBe(hex)
    expect(hexOf(bytes.slice(0, writeVarlong(bytes, 0, value)))).toBe(hex)
  })

  it.each([
    [4_294_967_296, '8080808020'],
    [Number.MAX_SAFE_INTEGER, 'feffffffffffff1f'],
    [Number.MIN_SAFE_INTEGER, 'fdffffffffffff1f'],
  ])('writes %i beyond 32 bits as %s', (value, hex) => {
    expect(hexOf(bytes.slice(0, writeVarlong(bytes, 0, value)))).toBe(hex)
  })

  it('round-trips every safe integer in the bytes it announced', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), value => {
        const end = writeVarlong(bytes, 3, value)
        expect(end - 3).toBe(varlongSize(value))
        const reader = new VarintReader(bytes, 3, end)
        expect(reader.readVarlong()).toBe(value)
        expect(reader.at).toBe(end)
      }),
    )
  })

  it('round-trips every 32-bit integer, signed and unsigned', () => {
    fc.assert(
      fc.property(fc.integer(), value => {
        expect(writeVarint(bytes, 0, value)).toBe(varintSize(value))
        expect(new VarintReader(bytes).readVarint()).toBe(value)
        expect(writeUnsignedVarint(bytes, 0, value >>> 0)).toBe(unsignedVarintSize(value >>> 0))
        expect(new VarintReader(bytes).readUnsignedVarint()).toBe(value >>> 0)
      }),
    )
  })

  it.each([
    ['', 'runs past'],
    ['80', 'runs past'],
    ['808080808001', 'exceeds 32 bits'],
    ['ffffffff1f', 'exceeds 32 bits'],
  ])('refuses the varint %j', (hex, message) => {
    expect(() => new VarintReader(bytesOfHex(hex)).readVarint()).toThrow(new RegExp(message))
  })

  it.each([
    ['8080', 'runs past'],
    ['feffffffffffffffff01', 'exceeds 2\\^53'],
    ['8080808080808080808001', 'longer than 10'],
  ])('refuses the varlong %j', (hex, message) => {
    expect(() => new VarintReader(bytesOfHex(hex)).readVarlong()).toThrow(new RegExp(message))
  })
})
