/**
 * Text to bytes and back, fast: UTF-8 and Latin-1.
 *
 * Short ASCII, which is what keys and header names mostly are, goes through a loop: crossing into native code costs
 * more than it saves there. The rest uses the methods of Node's `Buffer` where there is one (they take a range,
 * so no view is made) and `TextEncoder`/`TextDecoder` elsewhere. Malformed input becomes U+FFFD on both ways and in
 * both directions; a byte order mark is kept, so that bytes survive the round trip.
 */
import type { ByteSink } from './byte-sink.ts'

/** The methods of `Buffer.prototype` that are used, on any `Uint8Array`. */
interface NativeText {
  utf8Slice(this: Uint8Array, start: number, end: number): string
  latin1Slice(this: Uint8Array, start: number, end: number): string
  utf8Write(this: Uint8Array, text: string, at: number, length: number): number
}

/** Up to this many bytes or characters the loop is faster (Node 20: level at about 20). */
const loopBytesMax = 16

const native = nativeText()
const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/**
 * The most letters of a text that V8 reads for its hash. Longer ones are hashed by their length alone, so a map or set with many of
 * them is a list that each look-up goes through.
 */
export const hashedLettersMax = 16_383

/** The text of `bytes[start, end)` as UTF-8. */
export function utf8Slice(bytes: Uint8Array, start = 0, end = bytes.length): string {
  if (end - start <= loopBytesMax) {
    let text = ''
    let at = start
    for (; at < end && bytes[at]! < 0x80; at++) text += String.fromCharCode(bytes[at]!)
    if (at === end) return text
  }
  if (native !== undefined) return native.utf8Slice.call(bytes, start, end)
  return decoder.decode(bytes.subarray(start, end))
}

/** The text of `bytes[start, end)`, each byte one character. */
export function latin1Slice(bytes: Uint8Array, start = 0, end = bytes.length): string {
  if (native !== undefined && end - start > loopBytesMax) return native.latin1Slice.call(bytes, start, end)
  let text = ''
  for (let at = start; at < end; at++) text += String.fromCharCode(bytes[at]!)
  return text
}

/** The bytes of a text whose characters are bytes: what `latin1Slice` made a text of. */
export function latin1Bytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length)
  for (let index = 0; index < text.length; index++) bytes[index] = text.charCodeAt(index)
  return bytes
}

/** How many bytes `text` takes as UTF-8. */
export function utf8Length(text: string): number {
  let length = text.length
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index)
    if (unit < 0x80) continue
    length += unit < 0x800 ? 1 : 2
    // A pair of surrogates is 4 bytes for 2 units; a lone one becomes U+FFFD, 3 bytes.
    if (unit >= 0xd800 && unit < 0xdc00 && isLowSurrogate(text, index + 1)) index++
  }
  return length
}

/** Writes `text` as UTF-8 at a place with room for `utf8Length(text)` bytes; answers the position after it. */
export function utf8WriteAt(text: string, bytes: Uint8Array, at: number): number {
  if (text.length <= loopBytesMax) {
    let index = 0
    for (; index < text.length; index++) {
      const unit = text.charCodeAt(index)
      if (unit >= 0x80) break
      bytes[at + index] = unit
    }
    if (index === text.length) return at + index
  }
  if (native !== undefined) return at + native.utf8Write.call(bytes, text, at, bytes.length - at)
  return at + encoder.encodeInto(text, bytes.subarray(at)).written
}

/** Appends `text` as UTF-8. */
export function utf8Write(text: string, sink: ByteSink): void {
  // Three bytes a unit is the most there can be; measuring first would cost more than the spare room.
  sink.reserve(text.length * 3)
  sink.length = utf8WriteAt(text, sink.bytes, sink.length)
}

/** The UTF-8 bytes of `text`, owned by the caller. */
export function utf8Bytes(text: string): Uint8Array {
  if (text.length > loopBytesMax) return encoder.encode(text)
  const bytes = new Uint8Array(utf8Length(text))
  utf8WriteAt(text, bytes, 0)
  return bytes
}

function isLowSurrogate(text: string, index: number): boolean {
  const unit = text.charCodeAt(index)
  return unit >= 0xdc00 && unit < 0xe000
}

function nativeText(): NativeText | undefined {
  const { Buffer: buffer } = globalThis as { Buffer?: { prototype: Partial<NativeText> } }
  const methods = buffer?.prototype
  const complete =
    typeof methods?.utf8Slice === 'function' &&
    typeof methods.latin1Slice === 'function' &&
    typeof methods.utf8Write === 'function'
  return complete ? (methods as NativeText) : undefined
}
