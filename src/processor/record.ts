/**
 * The record that travels through a topology: typed key and value, timestamp, headers.
 *
 * Absence is `undefined` (what Kafka writes as null): a tombstone has `value === undefined`. Operators treat
 * `null` alike. A record is immutable once forwarded; an operator that changes something makes a new one.
 *
 * A record that came from a topic keeps its original bytes and the serdes they were read with. A sink with the
 * same serde writes those bytes again instead of serialising; every change of the key or value forgets them.
 */
import { noHeaders, type Headers } from '../record/record.ts'
import type { Decoder } from '../serdes/serde.ts'

/** A record as it was read: the serdes, and where its key and value are in `bytes`; an end before its start means null. */
export interface RecordOrigin {
  readonly keySerde: Decoder<unknown>
  readonly valueSerde: Decoder<unknown>
  readonly bytes: Uint8Array
  readonly keyStart: number
  readonly keyEnd: number
  readonly valueStart: number
  readonly valueEnd: number
}

export class StreamRecord<out K = unknown, out V = unknown> {
  readonly key: K
  readonly value: V
  /** Milliseconds since the epoch, never negative. */
  readonly timestamp: number
  readonly headers: Headers
  /** As it was read, if a sink may want that. */
  readonly origin: RecordOrigin | undefined
  /** Whether the key is still the one that was read; false when an operator made it. */
  readonly keyIsOriginal: boolean
  /** Whether the value is still the one that was read; false when an operator made it. */
  readonly valueIsOriginal: boolean

  constructor(
    key: K,
    value: V,
    timestamp: number,
    headers: Headers = noHeaders,
    origin?: RecordOrigin,
    keyIsOriginal = origin !== undefined,
    valueIsOriginal = origin !== undefined,
  ) {
    // Written so that NaN is refused too (semantics A8).
    if (!(timestamp >= 0)) throw new RangeError(`a record's timestamp must be 0 or more, not ${timestamp}`)
    this.key = key
    this.value = value
    this.timestamp = timestamp
    this.headers = headers
    this.origin = origin
    this.keyIsOriginal = keyIsOriginal
    this.valueIsOriginal = valueIsOriginal
  }

  /** The same record with another value. */
  withValue<W>(value: W): StreamRecord<K, W> {
    return new StreamRecord(
      this.key,
      value,
      this.timestamp,
      this.headers,
      this.origin,
      this.keyIsOriginal,
      false,
    )
  }

  /** The same record with another key. */
  withKey<L>(key: L): StreamRecord<L, V> {
    return new StreamRecord(
      key,
      this.value,
      this.timestamp,
      this.headers,
      this.origin,
      false,
      this.valueIsOriginal,
    )
  }

  /** The same record at another time. */
  withTimestamp(timestamp: number): StreamRecord<K, V> {
    return new StreamRecord(
      this.key,
      this.value,
      timestamp,
      this.headers,
      this.origin,
      this.keyIsOriginal,
      this.valueIsOriginal,
    )
  }

  /** The same record with other headers, instead of those that it has. */
  withHeaders(headers: Headers): StreamRecord<K, V> {
    return new StreamRecord(
      this.key,
      this.value,
      this.timestamp,
      headers,
      this.origin,
      this.keyIsOriginal,
      this.valueIsOriginal,
    )
  }
}
