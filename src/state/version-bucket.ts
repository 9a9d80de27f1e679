/**
 * The versions of one key that end within one segment, or the latest one alone: one entry of the backend.
 *
 *     repeated, by ascending time:  | valid from 8 | valid to 8 | value length 4 | value |
 *
 * Integers are big-endian. A length of -1 stands for a delete, an end of -1 for no end: that of the latest version. A
 * version is valid from its own time up to its end, excluded. A delete that ends where it begins marks a time after which
 * nothing is known: earlier versions that come later end there. Bytes of values that did not change are kept as they are.
 */
import type { ByteSink } from '../base/byte-sink.ts'
import { readInt32, readInt64, writeInt32, writeInt64 } from '../base/bytes.ts'
import type { Serde } from '../serdes/serde.ts'
import type { Bucket } from './segmented-buckets.ts'
import { serializeInto } from './serialize-into.ts'

const headerBytes = 20
const noEnd = -1

/** A value that is decoded when it is asked for, and serialised once, wherever it is kept. */
export class VersionValue<V> {
  private decoded: V | undefined
  private bytes: Uint8Array | undefined

  private constructor(decoded: V | undefined, bytes: Uint8Array | undefined) {
    this.decoded = decoded
    this.bytes = bytes
  }

  static of<V>(value: V): VersionValue<V> {
    return new VersionValue<V>(value, undefined)
  }

  static ofBytes<V>(bytes: Uint8Array): VersionValue<V> {
    return new VersionValue<V>(undefined, bytes)
  }

  value(serde: Serde<V>): V {
    return (this.decoded ??= serde.deserialize(this.bytes!))
  }

  serialize(serde: Serde<V>, scratch: ByteSink): Uint8Array {
    if (this.bytes === undefined) {
      scratch.reset()
      serializeInto(serde, this.decoded as V, scratch)
      this.bytes = scratch.toBytes()
    }
    return this.bytes
  }

  /** Only after `serialize`. */
  get serialized(): Uint8Array {
    return this.bytes!
  }
}

/** A value, or a delete, and when it is valid. */
export interface Version<V> {
  readonly from: number
  /** Infinity: it is the latest. */
  readonly to: number
  /** `undefined`: deleted. */
  readonly value: VersionValue<V> | undefined
}

export class VersionBucket<V> implements Bucket {
  /** By ascending time; no two overlap. Between them there may be gaps, in which nothing is valid. */
  private versions: Version<V>[] = []

  /** Reads the backend's bytes; `undefined` for a bucket that is not there. */
  static decode<V>(bytes: Uint8Array | undefined): VersionBucket<V> {
    const bucket = new VersionBucket<V>()
    if (bytes === undefined) return bucket
    let at = 0
    while (at < bytes.length) {
      const length = at + headerBytes <= bytes.length ? readInt32(bytes, at + 16) : -2
      const valueStart = at + headerBytes
      const valueEnd = valueStart + Math.max(0, length)
      if (length < -1 || valueEnd > bytes.length) {
        throw new RangeError(`a bucket of versions of ${bytes.length} bytes is cut short at byte ${at}`)
      }
      const [from, to] = [readInt64(bytes, at), readInt64(bytes, at + 8)]
      const value = length < 0 ? undefined : VersionValue.ofBytes<V>(bytes.subarray(valueStart, valueEnd))
      bucket.versions.push({ from, to: to === noEnd ? Infinity : to, value })
      at = valueEnd
    }
    return bucket
  }

  encode(): Uint8Array | null {
    let size = 0
    for (const { value } of this.versions) size += headerBytes + (value?.serialized.length ?? 0)
    if (size === 0) return null
    const bytes = new Uint8Array(size)
    let at = 0
    for (const { from, to, value } of this.versions) {
      writeInt64(bytes, at, from)
      writeInt64(bytes, at + 8, to === Infinity ? noEnd : to)
      writeInt32(bytes, at + 16, value === undefined ? -1 : value.serialized.length)
      at += headerBytes
      if (value === undefined) continue
      bytes.set(value.serialized, at)
      at += value.serialized.length
    }
    return bytes
  }

  /** Makes sure that `encode` finds every value as bytes. */
  serialize(serde: Serde<V>, scratch: ByteSink): void {
    for (const { value } of this.versions) value?.serialize(serde, scratch)
  }

  /** The last version, which is the only one where a bucket keeps but the latest. */
  get last(): Version<V> | undefined {
    return this.versions.at(-1)
  }

  /** The first version that ends after `time`. */
  firstEndingAfter(time: number): Version<V> | undefined {
    const { versions } = this
    let low = 0
    let high = versions.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (versions[middle]!.to > time) high = middle
      else low = middle + 1
    }
    return versions[low]
  }

  /** Whether a version ends at `time`. */
  endsAt(time: number): boolean {
    return this.versions.some(({ to }) => to === time)
  }

  /** Those that are valid at any time in `[from, to]`, by ascending time, deletes included. */
  collect(from: number, to: number, found: Version<V>[]): void {
    for (const version of this.versions) if (version.from <= to && version.to > from) found.push(version)
  }

  /** Adds a version; the mark of a delete that stands where it ends is of no more use. */
  add(version: Version<V>): void {
    const { versions } = this
    let index = versions.length
    while (index > 0 && versions[index - 1]!.from > version.from) index--
    const next = versions[index]
    const isMark = next !== undefined && next.from === next.to && next.from === version.to
    versions.splice(index, isMark ? 1 : 0, version)
  }

  /** Puts another version in the place of one that is there. */
  replace(version: Version<V>, by: Version<V>): void {
    this.versions[this.versions.indexOf(version)] = by
  }

  /** Keeps this version alone, or none. */
  set(version: Version<V> | undefined): void {
    this.versions = version === undefined ? [] : [version]
  }
}
