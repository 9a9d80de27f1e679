/** Snappy streams of others: raw blocks, several streams, every kind of element; and their refusals. */
import { describe, expect, it } from 'vitest'
import { bytesOfHex, concatBytes } from '../../../src/base/bytes.ts'
import { utf8Bytes } from '../../../src/base/text.ts'
import { snappyCodec } from '../../../src/codecs/snappy.ts'

const decompress = (bytes: Uint8Array) => new TextDecoder().decode(snappyCodec.decompress(bytes, 1 << 20))
const header = '82 534e41505059 00 00000001 00000001'

describe('snappy', () => {
  it('writes the header of the Java client', () => {
    expect(snappyCodec.compress(utf8Bytes('abc')).slice(0, 16)).toEqual(bytesOfHex(header))
  })

  it('reads a raw block, as other clients write', () => {
    expect(decompress(bytesOfHex('03 08 616263'))).toBe('abc')
  })

  it('reads streams one after another', () => {
    const one = snappyCodec.compress(utf8Bytes('abcabcabcabc'))
    expect(decompress(concatBytes(one, one))).toBe('abcabcabcabc'.repeat(2))
  })

  it.each([
    ['one-byte distance', '08 0c 61626364 01 04', 'abcdabcd'],
    ['two-byte distance', '08 0c 61626364 0e 0400', 'abcdabcd'],
    ['four-byte distance', '08 0c 61626364 0f 04000000', 'abcdabcd'],
    ['overlap', '09 00 61 1e 0100', 'aaaaaaaaa'],
    ['literal with a length byte', '03 f0 02 616263', 'abc'],
    ['literal with four length bytes', '03 fc 02000000 616263', 'abc'],
  ])('reads a copy or literal: %s', (_, hex, text) => {
    expect(decompress(bytesOfHex(hex))).toBe(text)
  })

  it.each([
    ['a copy before the start', '08 0c 61626364 01 05', /before the start/],
    ['a distance of 0', '08 0c 61626364 01 00', /before the start/],
    ['more than it declares', '03 0c 61626364', /past the end/],
    ['a copy past what it declares', '05 0c 61626364 01 04', /past the end/],
    ['less than it declares', '05 0c 61626364', /5 bytes are declared, 4/],
    ['a size that so few bytes cannot hold', 'ffffff7f 00 61', /cannot hold/],
    ['a tag without its bytes', '03 f8 02', /within an element/],
    ['a literal without its bytes', '03 08 6162', /past the end/],
    ['a chunk past the end', `${header} 00000009 03 08 616263`, /cut off/],
    ['a chunk of negative size', `${header} ffffffff 03`, /cut off/],
    ['a cut-off chunk size', `${header} 000000`, /cut off/],
  ])('refuses %s', (_, hex, message) => {
    expect(() => decompress(bytesOfHex(hex))).toThrow(message)
  })
})
