/** The size that is read off a Zstandard stream: never below the real one, and not far above it. */
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { bytesOfHex, concatBytes } from '../../../src/base/bytes.ts'
import { registerAllCodecs } from '../../../src/codecs/index.ts'
import { zstdSizeMax } from '../../../src/codecs/zstd-bound.ts'
import { codecById } from '../../../src/record/compression.ts'
import { goldenBatch } from '../record/golden.ts'

beforeAll(registerAllCodecs)

const blockBytesMax = 128 * 1024

describe('zstdSizeMax', () => {
  it('lies between the real size and a block above it', () => {
    const sizes = fc.oneof(fc.nat(3000), fc.nat(600_000))
    fc.assert(
      fc.property(sizes, fc.integer({ min: 1, max: 255 }), (length, period) => {
        const bytes = Uint8Array.from({ length }, (_, index) => (index % period) * 31)
        const bound = zstdSizeMax(codecById(4).compress(bytes))
        expect(bound).toBeGreaterThanOrEqual(length)
        expect(bound).toBeLessThanOrEqual(length + blockBytesMax)
      }),
      { numRuns: 40 },
    )
  })

  it('knows streams of the Java client, which declare no size', () => {
    const records = goldenBatch('zstd').slice(61)
    const real = codecById(4).decompress(records, 1 << 20).length
    expect(zstdSizeMax(records)).toBeGreaterThanOrEqual(real)
    expect(zstdSizeMax(records)).toBeLessThanOrEqual(blockBytesMax)
  })

  it.each([
    ['a raw block', '28b52ffd 20 03 19 0000 616263', 3],
    ['a repeated block', '28b52ffd 00 58 03 4000 61', 0x800],
    ['a frame to skip', '502a4d18 02000000 ffff', 0],
  ])('adds up %s', (_, hex, size) => {
    expect(zstdSizeMax(bytesOfHex(hex))).toBe(size)
  })

  it('adds up frames that follow one another', () => {
    const raw = bytesOfHex('28b52ffd 20 03 19 0000 616263')
    expect(zstdSizeMax(concatBytes(raw, raw))).toBe(6)
  })

  it.each([
    ['another magic', '28b52ffe 20 03 19 0000 616263', /starts no frame/],
    ['a cut-off block', '28b52ffd 20 03 19 0000 6162', /cut off/],
    ['a cut-off header', '28b52ffd 20', /cut off/],
    ['a reserved block type', '28b52ffd 20 03 1f 0000 616263', /reserved/],
    ['no last block', '28b52ffd 20 03 18 0000 616263', /cut off/],
  ])('refuses %s', (_, hex, message) => {
    expect(() => zstdSizeMax(bytesOfHex(hex))).toThrow(message)
  })
})
