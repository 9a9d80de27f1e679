/** The splitter of a byte stream into frames, whatever pieces it arrives in. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FrameSplitter } from '../../../src/protocol/frame.ts'

function framed(frame: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(4 + frame.length)
  new DataView(bytes.buffer).setInt32(0, frame.length)
  bytes.set(frame, 4)
  return bytes
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(parts.flatMap(part => [...part]))
}

/** Feeds `stream` cut into chunks of the given sizes, the last one taking the rest. */
function split(
  stream: Uint8Array,
  sizes: readonly number[],
  splitter = new FrameSplitter(1 << 20),
): Uint8Array[] {
  const frames: Uint8Array[] = []
  let at = 0
  for (const size of [...sizes, stream.length]) {
    splitter.push(stream.slice(at, at + size), frame => frames.push(frame))
    at = Math.min(at + size, stream.length)
  }
  return frames
}

/** Reads `stream` as a connection does: into the frame that is arriving, else into memory that is used again for every read. */
function readInPlace(stream: Uint8Array, sizes: readonly number[], isTight: boolean): Uint8Array[] {
  const memory = { take: (arrivedBytes: number) => new Uint8Array(arrivedBytes), give: () => undefined }
  const splitter = isTight ? new FrameSplitter(1 << 20, memory) : new FrameSplitter(1 << 20)
  const landing = new Uint8Array(16)
  const frames: Uint8Array[] = []
  let turn = 0
  for (let at = 0; at < stream.length;) {
    const { room } = splitter
    const target = room ?? landing
    const count = Math.min(sizes[turn++ % sizes.length]!, target.length, stream.length - at)
    target.set(stream.subarray(at, at + count))
    if (room === undefined) splitter.push(landing.subarray(0, count), frame => frames.push(frame), true)
    else splitter.filled(count, frame => frames.push(frame))
    landing.fill(0xee)
    at += count
  }
  return frames
}

describe('FrameSplitter', () => {
  it('finds the same frames however the stream is cut', () => {
    const frames = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 8 })
    const sizes = fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 20 })
    fc.assert(
      fc.property(frames, sizes, (expected, sizes) => {
        expect(split(joined(expected.map(framed)), sizes)).toEqual(expected)
      }),
    )
  })

  it('finds frames in single bytes', () => {
    const expected = [new Uint8Array(3).fill(7), new Uint8Array(0), new Uint8Array(5).fill(9)]
    const stream = joined(expected.map(framed))
    expect(
      split(
        stream,
        Array.from(stream, () => 1),
      ),
    ).toEqual(expected)
  })

  it('hands out a view, not a copy, of a frame that arrives whole', () => {
    const chunk = framed(new Uint8Array(5))
    new FrameSplitter(100).push(chunk, frame => expect(frame.buffer).toBe(chunk.buffer))
  })

  it('gives each gathered frame memory of its own', () => {
    const expected = [new Uint8Array(20).fill(1), new Uint8Array(20).fill(2)]
    const frames = split(joined(expected.map(framed)), [10, 14, 10])
    expect(frames).toEqual(expected)
  })

  it('gathers a large frame without holding more than arrived', () => {
    const splitter = new FrameSplitter(100 << 20)
    const length = new Uint8Array(4)
    new DataView(length.buffer).setInt32(0, 100 << 20)
    splitter.push(length, () => expect.unreachable())
    splitter.push(new Uint8Array(1000), () => expect.unreachable())
    expect(splitter.pendingBytes).toBe(1004)
  })

  it.each([
    ['too long', [0, 0, 1, 1]],
    ['negative', [0xff, 0xff, 0xff, 0xff]],
    ['of another protocol', [...Buffer.from('GET ')]],
  ])('refuses a frame whose length is %s before its bytes arrive', (_, length) => {
    for (const sizes of [[4], [1, 1, 1, 1]]) {
      const refused = (): unknown => split(new Uint8Array(length), sizes, new FrameSplitter(256))
      expect(refused).toThrow(expect.objectContaining({ code: 'MR-5011' }))
    }
  })

  it('finds the same frames where bytes are read straight to where they belong, and the rest is lent', () => {
    const frames = fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 8 })
    const sizes = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 20 })
    fc.assert(
      fc.property(frames, sizes, fc.boolean(), (expected, sizes, isTight) => {
        expect(readInPlace(joined(expected.map(framed)), sizes, isTight)).toEqual(expected)
      }),
    )
  })

  it('has no room before the length of a frame is known, and none beyond its end', () => {
    const splitter = new FrameSplitter(100)
    const [first, second] = [framed(new Uint8Array(10)), framed(new Uint8Array(5))]
    expect(splitter.room).toBeUndefined()
    splitter.push(first.subarray(0, 3), () => expect.unreachable())
    expect(splitter.room).toBeUndefined()
    splitter.push(first.subarray(3, 6), () => expect.unreachable())
    expect(splitter.room).toHaveLength(8)
    const frames: Uint8Array[] = []
    splitter.filled(8, frame => frames.push(frame))
    expect([frames.length, splitter.room, splitter.pendingBytes]).toEqual([1, undefined, 0])
    splitter.push(second, frame => frames.push(frame))
    expect(frames).toEqual([new Uint8Array(10), new Uint8Array(5)])
  })

  it('gives memory back that a frame grew out of, and none that it was handed out in', () => {
    const taken: Uint8Array[] = []
    const given: Uint8Array[] = []
    const splitter = new FrameSplitter(100, {
      take: arrivedBytes => (taken.push(new Uint8Array(arrivedBytes)), taken.at(-1)!),
      give: memory => given.push(memory),
    })
    const bytes = framed(Uint8Array.from({ length: 9 }, (_, index) => index))
    const frames: Uint8Array[] = []
    for (let at = 0; at < bytes.length; at += 6) {
      splitter.push(bytes.subarray(at, at + 6), frame => frames.push(frame))
    }
    expect(given).toEqual(taken.slice(0, -1))
    expect(frames[0]!.buffer).toBe(taken.at(-1)!.buffer)
    expect(frames).toEqual([bytes.subarray(4)])
  })

  it('goes by the limit of the moment', () => {
    const splitter = new FrameSplitter(10)
    const frame = new Uint8Array(20)
    splitter.frameBytesMax = 20
    expect(split(framed(frame), [3, 7], splitter)).toEqual([frame])
    splitter.frameBytesMax = 19
    expect(() => split(framed(frame), [], splitter)).toThrow('a frame of 20 bytes was announced')
  })
})
