/** Text and bytes, against `TextEncoder` and `TextDecoder`, on both sides of the length at which the way changes. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ByteSink } from '../../../src/base/byte-sink.ts'
import { latin1Slice, utf8Bytes, utf8Length, utf8Slice, utf8Write } from '../../../src/base/text.ts'

const encoder = new TextEncoder()
/** Lone surrogates too: they become U+FFFD. */
const text = fc.string({ unit: fc.nat(0xffff).map(unit => String.fromCharCode(unit)), maxLength: 40 })
const texts = fc.oneof(text, fc.string({ maxLength: 60 }), fc.string({ unit: 'grapheme', maxLength: 30 }))

describe('text', () => {
  it('writes UTF-8 as TextEncoder does', () => {
    fc.assert(
      fc.property(texts, texts, (first, second) => {
        const sink = new ByteSink(1)
        utf8Write(first, sink)
        utf8Write(second, sink)
        expect(sink.toBytes()).toEqual(Uint8Array.from([...encoder.encode(first), ...encoder.encode(second)]))
        expect(utf8Bytes(first)).toEqual(encoder.encode(first))
        expect(utf8Length(first)).toBe(encoder.encode(first).length)
      }),
    )
  })

  it('reads a range of UTF-8', () => {
    fc.assert(
      fc.property(texts, fc.nat(5), (value, before) => {
        const encoded = encoder.encode(value)
        const bytes = new Uint8Array(before + encoded.length + 3).fill(0x41)
        bytes.set(encoded, before)
        expect(utf8Slice(bytes, before, before + encoded.length)).toBe(
          new TextDecoder('utf-8', { ignoreBOM: true }).decode(encoded),
        )
      }),
    )
  })

  it('reads malformed UTF-8 as U+FFFD and keeps a byte order mark', () => {
    expect(utf8Slice(Uint8Array.from([0x61, 0xff, 0x62]))).toBe('a\uFFFDb')
    expect(utf8Slice(Uint8Array.from([0xef, 0xbb, 0xbf, 0x61]))).toBe('\uFEFFa')
  })

  it.each([0, 5, 16, 17, 300])('reads %i bytes of Latin-1, each a character', length => {
    const bytes = Uint8Array.from({ length }, (_, index) => 255 - (index % 256))
    expect(latin1Slice(bytes)).toBe(Array.from(bytes, byte => String.fromCharCode(byte)).join(''))
  })
})
