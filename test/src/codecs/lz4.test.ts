/** What LZ4 frames may hold beyond what we write: other block sizes, checksums, dependent blocks; and their refusals. */
import { describe, expect, it } from 'vitest'
import { bytesOfHex, concatBytes } from '../../../src/base/bytes.ts'
import { utf8Bytes } from '../../../src/base/text.ts'
import { lz4Codec } from '../../../src/codecs/lz4.ts'
import { xxhash32 } from '../../../src/codecs/xxhash32.ts'

const little = (value: number) => Uint8Array.of(value, value >>> 8, value >>> 16, value >>> 24)

/** A frame with its header checksum done. `blocks` come with sizes, and checksums where the flags ask for them. */
function frame(
  flags: number,
  descriptor: number,
  blocks: readonly Uint8Array[],
  size?: number,
  tail?: Uint8Array,
): Uint8Array {
  const fields = concatBytes(
    Uint8Array.of(flags, descriptor),
    size === undefined ? new Uint8Array(0) : concatBytes(little(size), little(0)),
  )
  const check = Uint8Array.of(xxhash32(fields) >>> 8)
  return concatBytes(little(0x184d2204), fields, check, ...blocks, little(0), tail ?? new Uint8Array(0))
}

const stored = (bytes: Uint8Array) => concatBytes(little(bytes.length | 0x80000000), bytes)
const packed = (hex: string) => concatBytes(little(bytesOfHex(hex).length), bytesOfHex(hex))
const decompress = (bytes: Uint8Array) => new TextDecoder().decode(lz4Codec.decompress(bytes, 1 << 20))

describe('xxhash32', () => {
  it.each([
    ['', 0x02cc_5d05],
    ['a', 0x550d_7456],
    ['abc', 0x32d1_53ff],
    ['Nobody inspects the spammish repetition', 0xe229_3b2f],
  ])('hashes %j as published', (text, expected) => {
    expect(xxhash32(utf8Bytes(text))).toBe(expected)
  })
})

describe('the header we write', () => {
  it.each([
    [100, '0422 4d18 60 40 82'],
    [65_537, '0422 4d18 60 50 fb'],
    [2_000_000, '0422 4d18 60 70 73'],
  ])('for %i bytes: independent blocks, the smallest block size that fits', (length, hex) => {
    expect(lz4Codec.compress(new Uint8Array(length)).slice(0, 7)).toEqual(bytesOfHex(hex))
  })
})

describe('frames of others', () => {
  const hello = utf8Bytes('hello hello')

  it('may have a content size and every checksum', () => {
    const block = concatBytes(stored(hello), little(xxhash32(hello)))
    const bytes = frame(0x7c, 0x70, [block], hello.length, little(xxhash32(hello)))
    expect(decompress(bytes)).toBe('hello hello')
    expect(() => decompress(bytes.with(bytes.length - 1, 1))).toThrow(/checksum of the content/)
    expect(() => decompress(bytes.with(23, 1))).toThrow(/checksum of a block/)
    expect(() => decompress(bytes.with(14, 1))).toThrow(/frame header/)
    expect(() => decompress(frame(0x68, 0x40, [stored(hello)], 12))).toThrow(/declares 12 bytes and holds 11/)
  })

  // Token 1 literal and a match of 4 + 4: "x", eight bytes from 6 back; then five literals.
  const back = '14 78 0600 50 6162636465'

  it('may reach into earlier blocks only if they say so', () => {
    expect(decompress(frame(0x40, 0x40, [stored(hello), packed(back)]))).toBe('hello helloxhelloxheabcde')
    expect(() => decompress(frame(0x60, 0x40, [stored(hello), packed(back)]))).toThrow(/6 bytes back/)
  })

  it('may follow one another, with frames to skip between them', () => {
    const one = frame(0x60, 0x40, [stored(hello)])
    const skipped = concatBytes(little(0x184d2a53), little(3), Uint8Array.of(1, 2, 3))
    expect(decompress(concatBytes(one, skipped, one))).toBe('hello hellohello hello')
  })

  it.each([
    ['another version', frame(0xa0, 0x40, []), /version/],
    ['a reserved bit', frame(0x62, 0x40, []), /reserved/],
    ['a dictionary', frame(0x61, 0x40, []), /dictionary/],
    ['a block size of 3', frame(0x60, 0x30, []), /block size/],
    ['a block larger than it says', frame(0x60, 0x40, [stored(new Uint8Array(65_537))]), /exceeds/],
    ['a match before the start', frame(0x60, 0x40, [packed('10 61 0200 50 6162636465')]), /2 bytes back/],
    ['a match of distance 0', frame(0x60, 0x40, [packed('10 61 0000 50 6162636465')]), /0 bytes back/],
    [
      'literals that are not there',
      frame(0x60, 0x40, [packed('f0 ff ff 61')]),
      /within a length|past the end/,
    ],
    ['a block that ends within a distance', frame(0x60, 0x40, [packed('10 61 01')]), /distance/],
    [
      'bytes after the frame',
      concatBytes(frame(0x60, 0x40, []), Uint8Array.of(1, 2, 3, 4)),
      /starts no frame/,
    ],
  ])('are refused with %s', (_, bytes, message) => {
    expect(() => decompress(bytes)).toThrow(message)
  })

  it('are refused when a block of few bytes makes more than its frame allows', () => {
    // One literal, then a match of 4 + 15 + 300 * 255 bytes from one back.
    const run = packed(`1f 61 0100 ${'ff'.repeat(300)} 00 50 6162636465`)
    expect(() => decompress(frame(0x60, 0x40, [run]))).toThrow(/more than it may/)
  })
})
