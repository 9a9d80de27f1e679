/** Windowed keys in Kafka's bytes. */
import { describe, expect, it } from 'vitest'
import { ByteSink } from '../../../src/base/byte-sink.ts'
import { bytesOfHex, hexOf } from '../../../src/base/bytes.ts'
import { string } from '../../../src/serdes/primitives.ts'
import { isWindowedSerde, windowed } from '../../../src/serdes/windowed.ts'

const serde = windowed(string(), '5s')
const key = { key: 'ab', window: { start: 300_000, end: 305_000 } }

describe('windowed keys', () => {
  it('are the key and the start of the window, as in Kafka (H11)', () => {
    expect(hexOf(serde.serialize(key))).toBe('616200000000000493e0')
    const sink = new ByteSink()
    serde.serializeInto!(key, sink)
    expect(hexOf(sink.toBytes())).toBe('616200000000000493e0')
  })

  it('are read back with the end that the size gives', () => {
    expect(serde.deserialize(bytesOfHex('616200000000000493e0'))).toEqual(key)
    expect(serde.deserializeRange!(bytesOfHex('ff616200000000000493e0ff'), 1, 11)).toEqual(key)
  })

  it('may have an empty key within', () => {
    expect(serde.deserialize(bytesOfHex('0000000000000000'))).toEqual({
      key: '',
      window: { start: 0, end: 5000 },
    })
  })

  it.each([
    ['a window of another size', { start: 0, end: 6000 }, /does not have the size 5000 ms/],
    ['a window before the epoch', { start: -5000, end: 0 }, /cannot start at -5000/],
  ])('refuses to write %s', (_what, window, error) => {
    expect(() => serde.serialize({ key: 'a', window })).toThrow(error)
  })

  it('refuses to read fewer bytes than a start has', () => {
    expect(() => serde.deserialize(bytesOfHex('00'))).toThrow(/at least 8 bytes, not 1/)
  })

  it('have one serde for each inner serde and size', () => {
    expect(windowed(string(), 5000)).toBe(serde)
    expect(windowed(string(), 6000)).not.toBe(serde)
  })

  it('know themselves, so that sinks partition by the key within', () => {
    expect(isWindowedSerde(serde)).toBe(true)
    expect(isWindowedSerde(string())).toBe(false)
    expect(serde.name).toBe('windowed(string)')
  })
})
