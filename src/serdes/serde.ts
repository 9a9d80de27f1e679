/**
 * What turns typed keys and values into bytes and back.
 *
 * Serdes never see absence: a null key or value on the wire is `undefined` in typed code, and the engine maps the
 * one to the other without asking the serde. The members are function properties, not methods, so that
 * TypeScript checks them strictly: a wrong sink does not compile.
 */
import { misuse } from '../base/misuse.ts'
import type { ByteSink } from '../base/byte-sink.ts'

/** Writes values of `T` as bytes. */
export interface Encoder<in T> {
  /** The bytes of `value`, owned by the caller: never a view of memory that is used again. */
  readonly serialize: (value: T) => Uint8Array
  /** The same bytes appended to `sink`: the fast path, which allocates nothing. */
  readonly serializeInto?: (value: T, sink: ByteSink) => void
}

/** Reads values of `T` from bytes. Throws whatever it likes on malformed input: the engine wraps it in MR-3001. */
export interface Decoder<out T> {
  readonly deserialize: (bytes: Uint8Array) => T
  /** The same from `bytes[start, end)`, without a view being made for it. */
  readonly deserializeRange?: (bytes: Uint8Array, start: number, end: number) => T
}

/** Both directions. */
export interface Serde<T> extends Encoder<T>, Decoder<T> {
  /** For messages and for comparing what a topology had and has: `string`, `json`, `int64` ... */
  readonly name: string
}

/** Refuses, with MR-1010, what is handed to a serde of serdes, `maker`, and is none. */
export function checkInner(inner: unknown, maker: string): void {
  const { serialize, deserialize } = (inner ?? {}) as Partial<Serde<unknown>>
  if (typeof serialize === 'function' && typeof deserialize === 'function') return
  throw misuse(`${maker}: expected a serde, such as string(), not ${typeof inner}`)
}
