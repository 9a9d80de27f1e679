/** Ways to damage bytes, each as an attacker or a broken wire would. */
import { randomIndex, type Random } from '../../src/base/random.ts'

/** Lengths and counts that mean something to a reader. */
const boundaries = [0, 1, 0x7f, 0x80, 0xff] as const

/** A damaged copy. */
export function mutated(bytes: Uint8Array, random: Random): Uint8Array {
  if (bytes.length === 0) return Uint8Array.of(randomIndex(random, 256))
  const at = randomIndex(random, bytes.length)
  switch (randomIndex(random, 7)) {
    case 0:
      return changed(bytes, at, bytes[at]! ^ (1 << randomIndex(random, 8)))
    case 1:
      return changed(bytes, at, boundaries[randomIndex(random, boundaries.length)]!)
    case 2:
      return lying(bytes, at, random)
    case 3:
      return bytes.slice(0, at)
    case 4:
      return joined(bytes.subarray(0, at), bytes.subarray(randomIndex(random, bytes.length)))
    case 5:
      return joined(bytes, bytes.subarray(at))
    default:
      return changed(changed(bytes, at, randomIndex(random, 256)), randomIndex(random, bytes.length), 0)
  }
}

/** Four or five bytes that claim very much: an int32, or a varint. */
function lying(bytes: Uint8Array, at: number, random: Random): Uint8Array {
  const claim = random.next() < 0.5 ? [0x7f, 0xff, 0xff, 0xff] : [0xff, 0xff, 0xff, 0xff, 0x07]
  const copy = bytes.slice()
  for (const [index, byte] of claim.entries()) if (at + index < copy.length) copy[at + index] = byte
  return copy
}

function changed(bytes: Uint8Array, at: number, byte: number): Uint8Array {
  const copy = bytes.slice()
  copy[at] = byte
  return copy
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const whole = new Uint8Array(first.length + second.length)
  whole.set(first)
  whole.set(second, first.length)
  return whole
}
