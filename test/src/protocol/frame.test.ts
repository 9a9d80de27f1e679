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

  it('gives a frame little room where memory is scarce', () => {
    const [roomy, scarce] = [new FrameSplitter(1 << 20), new FrameSplitter(1 << 20)]
    scarce.isScarce = true
    const begun = framed(new Uint8Array(1 << 20)).subarray(0, 100_000)
    for (const splitter of [roomy, scarce]) splitter.push(begun, () => undefined)
    expect([roomy.heldBytes, scarce.heldBytes]).toEqual([400_000, 150_000])
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
