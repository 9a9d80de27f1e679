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

/** The serdes that a record's original bytes were read with: one object per source and topic. */
export interface RecordOrigin {
  readonly keySerde: Decoder<unknown>
  readonly valueSerde: Decoder<unknown>
}

export class StreamRecord<out K = unknown, out V = unknown> {
  readonly key: K
  readonly value: V
  /** Milliseconds since the epoch, never negative. */
  readonly timestamp: number
  readonly headers: Headers
  /** Set while `keyBytes` or `valueBytes` may be used. */
  readonly origin: RecordOrigin | undefined
  /** The key as it was read; null for an absent key; `undefined` when the key was made by an operator. */
  readonly keyBytes: Uint8Array | null | undefined
  /** The value as it was read; null for an absent value; `undefined` when the value was made by an operator. */
  readonly valueBytes: Uint8Array | null | undefined

  constructor(
    key: K,
    value: V,
    timestamp: number,
    headers: Headers = noHeaders,
    origin?: RecordOrigin,
    keyBytes?: Uint8Array | null,
    valueBytes?: Uint8Array | null,
  ) {
    // Written so that NaN is refused too (semantics A8).
    if (!(timestamp >= 0)) throw new RangeError(`a record's timestamp must be 0 or more, not ${timestamp}`)
    this.key = key
    this.value = value
    this.timestamp = timestamp
    this.headers = headers
    this.origin = origin
    this.keyBytes = keyBytes
    this.valueBytes = valueBytes
  }

  /** The same record with another value. */
  withValue<W>(value: W): StreamRecord<K, W> {
    return new StreamRecord(
      this.key,
      value,
      this.timestamp,
      this.headers,
      this.origin,
      this.keyBytes,
      undefined,
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
      undefined,
      this.valueBytes,
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
      this.keyBytes,
      this.valueBytes,
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
      this.keyBytes,
      this.valueBytes,
    )
  }
}
