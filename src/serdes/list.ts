/**
 * Lists of values in the bytes of Kafka's `ListSerializer`.
 *
 * Items whose serde always takes the same number of bytes (`int16`, `int32`, `int64`, `integer`, `float`, `double`,
 * `uuid`) are written one after the other, with the positions of the missing ones in front; others are written each
 * behind its length, -1 for a missing one. Kafka does not count `boolean` among the first kind.
 */
import { ByteSink } from '../base/byte-sink.ts'
import { readInt32, writeInt32 } from '../base/bytes.ts'
import { double, float, int16, int32, int64, integer, uuid } from './primitives.ts'
import { checkInner, type Serde } from './serde.ts'

/** Options of `list`. */
export interface ListOptions {
  /** Whether items may be missing, `undefined` in the list and null in Kafka's words. Default false. */
  readonly missing?: boolean
}

/** What the first byte says. */
const sameSize = 0
const ownSizes = 1

const sizes = new Map<unknown, number>([
  [int16(), 2],
  [int32(), 4],
  [int64(), 8],
  [integer(), 8],
  [float(), 4],
  [double(), 8],
  [uuid(), 36],
])

/**
 * A list of values that `inner` writes, in the bytes of Kafka's `ListSerializer`; the Java side of it is
 * `Serdes.ListSerde(ArrayList.class, inner)`.
 *
 * An empty list has bytes too; an absent list is a null value, as everywhere. A list with a missing item is refused in
 * both directions unless `missing` is set, and then the item is `undefined`. Bytes that are cut short, go on behind the
 * last item or announce more items than they could hold are refused (MR-3001), before anything is allocated for them.
 * Source: KIP-466, semantics D74.
 *
 * @example
 * ```ts
 * import { list, string, topic } from 'millrace'
 *
 * export const tags = topic('tags', { key: string(), value: list(string()) })
 * ```
 */
export function list<T>(inner: Serde<T>, options?: ListOptions & { readonly missing?: false }): Serde<T[]>
export function list<T>(
  inner: Serde<T>,
  options: ListOptions & { readonly missing: boolean },
): Serde<(T | undefined)[]>
export function list<T>(inner: Serde<T>, { missing = false }: ListOptions = {}): Serde<(T | undefined)[]> {
  checkInner(inner, 'list')
  const size = sizes.get(inner)
  const write = size === undefined ? writeSized(inner) : writeUnsized(inner)
  const read = size === undefined ? readSized(inner, missing) : readUnsized(inner, size, missing)
  const serializeInto = (items: readonly (T | undefined)[], sink: ByteSink): void => {
    if (!Array.isArray(items)) throw new TypeError(`expected a list, not ${typeof items}`)
    // Not `includes`: a hole is missing as well.
    if (!missing && items.findIndex(item => item === undefined || item === null) >= 0) throw missingItem()
    write(items, sink)
  }
  return Object.freeze({
    name: `list(${inner.name})`,
    serialize: items => {
      const sink = new ByteSink(64)
      serializeInto(items, sink)
      return sink.toBytes()
    },
    serializeInto,
    deserialize: source => read(source, 0, source.length),
    deserializeRange: read,
  } satisfies Serde<(T | undefined)[]>)
}

type Write<T> = (items: readonly (T | undefined)[], sink: ByteSink) => void
type Read<T> = (source: Uint8Array, start: number, end: number) => (T | undefined)[]

function writeSized<T>(inner: Serde<T>): Write<T> {
  return (items, sink) => {
    appendByte(sink, ownSizes)
    appendInt32(sink, items.length)
    for (const item of items) {
      const sizeAt = sink.length
      appendInt32(sink, -1)
      if (item === undefined || item === null) continue
      append(inner, item, sink)
      writeInt32(sink.bytes, sizeAt, sink.length - sizeAt - 4)
    }
  }
}

function writeUnsized<T>(inner: Serde<T>): Write<T> {
  return (items, sink) => {
    appendByte(sink, sameSize)
    const countAt = sink.length
    appendInt32(sink, 0)
    let missing = 0
    items.forEach((item, index) => {
      if (item !== undefined && item !== null) return
      missing++
      appendInt32(sink, index)
    })
    writeInt32(sink.bytes, countAt, missing)
    appendInt32(sink, items.length)
    for (const item of items) {
      if (item !== undefined && item !== null) append(inner, item, sink)
    }
  }
}

function readSized<T>(inner: Serde<T>, missing: boolean): Read<T> {
  return (source, start, end) => {
    const cursor = new ListCursor(source, start, end)
    cursor.kind(ownSizes)
    const count = cursor.count(4)
    const items: (T | undefined)[] = []
    for (let index = 0; index < count; index++) {
      const size = cursor.int32()
      if (size === -1 && !missing) throw missingItem()
      items.push(size === -1 ? undefined : item(inner, cursor, size))
    }
    cursor.finish()
    return items
  }
}

function readUnsized<T>(inner: Serde<T>, size: number, missing: boolean): Read<T> {
  return (source, start, end) => {
    const cursor = new ListCursor(source, start, end)
    cursor.kind(sameSize)
    const missingCount = cursor.count(4)
    if (missingCount > 0 && !missing) throw missingItem()
    const gaps = new Set<number>()
    for (let index = 0; index < missingCount; index++) gaps.add(cursor.int32())
    const count = cursor.int32()
    // Every item takes bytes or a place among the gaps, so what is announced is bounded by what is there.
    if (count < 0 || (count - gaps.size) * size !== cursor.left) {
      throw new RangeError(
        `list: ${count} items of ${size} bytes, ${gaps.size} of them missing, in ${cursor.left} bytes`,
      )
    }
    const items: (T | undefined)[] = []
    for (let index = 0; index < count; index++) {
      items.push(gaps.delete(index) ? undefined : item(inner, cursor, size))
    }
    cursor.finish()
    return items
  }
}

/** A position in the bytes of one list that never leaves them. */
class ListCursor {
  readonly source: Uint8Array
  at: number
  readonly #end: number

  constructor(source: Uint8Array, start: number, end: number) {
    this.source = source
    this.at = start
    this.#end = end
  }

  get left(): number {
    return this.#end - this.at
  }

  /** Steps over `size` bytes and answers where they began. */
  take(size: number): number {
    if (size < 0 || size > this.left) throw new RangeError(`list: ${size} bytes announced, ${this.left} left`)
    this.at += size
    return this.at - size
  }

  int32(): number {
    return readInt32(this.source, this.take(4))
  }

  /** A number of things of at least `sizeMin` bytes each. */
  count(sizeMin: number): number {
    const count = this.int32()
    if (count < 0 || count * sizeMin > this.left) {
      throw new RangeError(`list: ${count} items announced in ${this.left} bytes`)
    }
    return count
  }

  kind(expected: number): void {
    const found = this.source[this.take(1)]!
    if (found !== expected) {
      const words = expected === sameSize ? 'without sizes' : 'with sizes'
      throw new RangeError(
        `list: the first byte is ${found}; items of this serde are written ${words} (${expected})`,
      )
    }
  }

  finish(): void {
    if (this.left > 0) throw new RangeError(`list: ${this.left} bytes behind the last item`)
  }
}

function item<T>(inner: Serde<T>, cursor: ListCursor, size: number): T {
  const start = cursor.take(size)
  return inner.deserializeRange === undefined
    ? inner.deserialize(cursor.source.subarray(start, start + size))
    : inner.deserializeRange(cursor.source, start, start + size)
}

function append<T>(inner: Serde<T>, value: T, sink: ByteSink): void {
  if (inner.serializeInto === undefined) sink.append(inner.serialize(value))
  else inner.serializeInto(value, sink)
}

function appendByte(sink: ByteSink, byte: number): void {
  sink.reserve(1)
  sink.bytes[sink.length++] = byte
}

function appendInt32(sink: ByteSink, value: number): void {
  sink.reserve(4)
  writeInt32(sink.bytes, sink.length, value)
  sink.length += 4
}

function missingItem(): TypeError {
  return new TypeError('list: an item is missing (null); list(inner, { missing: true }) takes such lists')
}
