/** One suite for every codec: round trips, bounds, refusals; and other implementations as judges. */
import fc from 'fast-check'
import { compressors } from 'hyparquet-compressors'
import { beforeAll, describe, expect, it } from 'vitest'
import { seededRandom } from '../../../src/base/random.ts'
import { utf8Bytes } from '../../../src/base/text.ts'
import { registerAllCodecs } from '../../../src/codecs/index.ts'
import {
  codecById,
  codecIdOfName,
  codecNames,
  isCodecRegistered,
  type Scratch,
} from '../../../src/record/compression.ts'

beforeAll(registerAllCodecs)

const random = seededRandom(5)
const noise = (length: number) => Uint8Array.from({ length }, () => Math.floor(random.next() * 256))
const events = (count: number) =>
  utf8Bytes(
    Array.from({ length: count }, (_, id) =>
      JSON.stringify({ id, user: `u${id % 97}`, amount: (id * 7919) % 1000 }),
    ).join(),
  )

/** Named inputs: empty, tiny, long runs, text, noise; around the sizes at which formats start another block. */
const inputs: readonly (readonly [name: string, bytes: Uint8Array])[] = [
  ['nothing', new Uint8Array(0)],
  ['one byte', Uint8Array.of(7)],
  ['12 bytes', utf8Bytes('abcabcabcabc')],
  ['13 bytes', utf8Bytes('abcabcabcabca')],
  ['64 equal bytes', new Uint8Array(64).fill(3)],
  ['a long run', new Uint8Array(100_000)],
  ['32 KiB of noise', noise(32 * 1024)],
  ['32 KiB and one of noise', noise(32 * 1024 + 1)],
  ['64 KiB and one of noise', noise(64 * 1024 + 1)],
  ['events', events(10_000)],
  ['noise among events', Uint8Array.from([...events(2000), ...noise(70_000), ...events(2000)])],
  ['more than 4 MiB', events(120_000)],
]

/** Sequences with repeats, near and far, which is what compressors are about. */
const compressible = fc
  .array(fc.tuple(fc.uint8Array({ maxLength: 40 }), fc.integer({ min: 1, max: 30 })), { maxLength: 20 })
  .map(parts =>
    Uint8Array.from(
      parts.flatMap(([bytes, times]) => Array.from({ length: times }, () => [...bytes]).flat()),
    ),
  )

describe.each(['gzip', 'snappy', 'lz4', 'zstd'] as const)('%s', name => {
  const codec = () => codecById(codecIdOfName(name)!)

  it.each(inputs)('gives back %s', (_, bytes) => {
    const compressed = codec().compress(bytes)
    const decompressed = codec().decompress(compressed, bytes.length)
    expect(Buffer.compare(decompressed, bytes)).toBe(0)
    expect(compressed.length).toBeLessThan(bytes.length * 1.01 + 64)
    // Plain arrays: a Buffer has another hidden class.
    expect([compressed.constructor, decompressed.constructor]).toEqual([Uint8Array, Uint8Array])
  })

  it('gives back whatever chance makes', () => {
    fc.assert(
      fc.property(fc.oneof(compressible, fc.uint8Array({ maxLength: 300 })), bytes => {
        expect(codec().decompress(codec().compress(bytes), bytes.length)).toEqual(bytes)
      }),
      { numRuns: 150 },
    )
  })

  it('makes events at least twice smaller', () => {
    const bytes = events(2000)
    expect(codec().compress(bytes).length).toBeLessThan(bytes.length / 2)
  })

  it('refuses more than the bound, to the byte', () => {
    const bytes = events(300)
    const compressed = codec().compress(bytes)
    expect(codec().decompress(compressed, bytes.length)).toHaveLength(bytes.length)
    expect(() => codec().decompress(compressed, bytes.length - 1)).toThrow(RangeError)
    expect(() => codec().decompress(compressed, 0)).toThrow(RangeError)
  })

  it('refuses a bomb before it fills memory', () => {
    const bomb = codec().compress(new Uint8Array(64 * 1024 * 1024))
    const before = process.memoryUsage().arrayBuffers
    expect(() => codec().decompress(bomb, 100_000)).toThrow(RangeError)
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * 1024 * 1024)
  })

  it('refuses input that is cut off anywhere', () => {
    const bytes = events(40)
    const compressed = codec().compress(bytes)
    for (let length = 1; length < compressed.length; length++) {
      // A Snappy stream has no end mark: cut between chunks it is shorter, never wrong.
      if (name === 'snappy' && length === 16) continue
      expect(() => codec().decompress(compressed.slice(0, length), bytes.length), `${length}`).toThrow(
        RangeError,
      )
    }
  })

  it('does nothing but refuse, or stay in its bound, when bytes change', () => {
    const bytes = events(60)
    const compressed = codec().compress(bytes)
    const change = fc.tuple(fc.nat(compressed.length - 1), fc.nat(255))
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), changes => {
        const damaged = compressed.slice()
        for (const [at, byte] of changes) damaged[at] = byte
        try {
          expect(codec().decompress(damaged, bytes.length * 2).length).toBeLessThanOrEqual(bytes.length * 2)
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError)
        }
      }),
      { numRuns: 500 },
    )
  })

  it('gives the same with a scratch as without, whatever was decompressed there before', () => {
    const scratch = { bytes: new Uint8Array(0) }
    const change = fc.tuple(fc.nat(), fc.nat(255))
    fc.assert(
      fc.property(compressible, fc.array(change, { maxLength: 3 }), (bytes, changes) => {
        const damaged = codec().compress(bytes)
        for (const [at, byte] of changes) damaged[at % damaged.length] = byte
        const attempt = (used?: Scratch): Uint8Array | string => {
          try {
            return codec().decompress(damaged, bytes.length, used)
          } catch (error) {
            return (error as Error).message
          }
        }
        expect(attempt(scratch)).toEqual(attempt())
      }),
      { numRuns: 300 },
    )
  })

  it('refuses more than the bound where the scratch is larger', () => {
    const bytes = events(300)
    const compressed = codec().compress(bytes)
    const scratch = { bytes: new Uint8Array(1 << 20) }
    expect(Buffer.compare(codec().decompress(compressed, bytes.length, scratch), bytes)).toBe(0)
    expect(() => codec().decompress(compressed, bytes.length - 1, scratch)).toThrow(RangeError)
  })

  it('does nothing but refuse what chance makes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 60 }), bytes => {
        try {
          expect(codec().decompress(bytes, 1000).length).toBeLessThanOrEqual(1000)
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError)
        }
      }),
      { numRuns: 300 },
    )
  })
})

describe('other implementations', () => {
  const bytes = events(3000)

  it('read our zstd', () => {
    expect(compressors.ZSTD!(codecById(4).compress(bytes), bytes.length)).toEqual(bytes)
  })

  it('read our gzip', () => {
    expect(compressors.GZIP!(codecById(1).compress(bytes), bytes.length)).toEqual(bytes)
  })

  it('read our LZ4 blocks', () => {
    const small = bytes.slice(0, 60_000)
    const frame = codecById(3).compress(small)
    const block = frame.slice(11, frame.length - 4)
    expect(compressors.LZ4_RAW!(block, small.length)).toEqual(small)
  })

  it('read our Snappy blocks', () => {
    const small = bytes.slice(0, 32 * 1024)
    expect(compressors.SNAPPY!(codecById(2).compress(small).slice(20), small.length)).toEqual(small)
  })
})

describe('the registry', () => {
  it('has every codec of Kafka', () => {
    expect(codecNames.map((_, id) => isCodecRegistered(id))).toEqual([true, true, true, true, true])
    expect(isCodecRegistered(5)).toBe(false)
    expect(codecIdOfName('lz4')).toBe(3)
    expect(codecIdOfName('brotli')).toBeUndefined()
  })
})

describe.each(['snappy', 'lz4'] as const)('the scratch of %s', name => {
  const codec = () => codecById(codecIdOfName(name)!)

  it('is used again, and grows up to 4 MiB', () => {
    const scratch = { bytes: new Uint8Array(0) }
    const [small, large, huge] = [events(100), events(1000), new Uint8Array(6 << 20)]
    const into = (bytes: Uint8Array) => codec().decompress(codec().compress(bytes), bytes.length, scratch)
    expect(into(large)).toEqual(large)
    const { buffer } = scratch.bytes
    expect(into(small).buffer).toBe(buffer)
    expect(into(small)).toEqual(small)
    expect(Buffer.compare(into(huge), huge)).toBe(0)
    expect(scratch.bytes.length).toBeLessThanOrEqual(4 << 20)
  })
})
