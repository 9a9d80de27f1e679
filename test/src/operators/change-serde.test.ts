/** Changes of rows as bytes. */
import { describe, expect, it } from 'vitest'
import { bytesOfHex, hexOf } from '../../../src/base/bytes.ts'
import { Change } from '../../../src/operators/change.ts'
import { changeSerde } from '../../../src/operators/change-serde.ts'
import { string } from '../../../src/serdes/primitives.ts'
import type { Serde } from '../../../src/serdes/serde.ts'

const serde = changeSerde(string() as Serde<unknown>)

describe('changes as bytes', () => {
  it.each([
    ['a row that leaves', new Change(undefined, 'ab'), '616200'],
    ['a row that joins', new Change('ab', undefined), '616201'],
    ['a row that changes', new Change('ab', 'c'), '0461626302'],
    ['empty values', new Change('', ''), '0002'],
  ])('have the layout of KIP-904: %s', (_what, change, hex) => {
    expect(hexOf(serde.serialize(change))).toBe(hex)
    expect(serde.deserialize(bytesOfHex(hex))).toEqual(change)
  })

  it('keep values that are longer than one byte can say', () => {
    const change = new Change('x'.repeat(300), 'y'.repeat(70))
    expect(serde.deserialize(serde.serialize(change))).toEqual(change)
  })

  it('are read from within other bytes', () => {
    expect(serde.deserializeRange!(bytesOfHex('ffff0461626302ff'), 2, 7)).toEqual(new Change('ab', 'c'))
  })

  it.each([
    ['nothing', ''],
    ['an unknown end', '6107'],
    ['a length past the end', '7f6102'],
  ])('are refused where they are none: %s', (_what, hex) => {
    expect(() => serde.deserialize(bytesOfHex(hex))).toThrow(RangeError)
  })

  it('refuse a change from nothing to nothing', () => {
    expect(() => serde.serialize(new Change(undefined, undefined))).toThrow(RangeError)
  })
})
