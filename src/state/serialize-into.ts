/** Serialises into a sink that is used again: a `TextEncoder` that allocates for each value costs five times as much. */
import type { ByteSink } from '../base/byte-sink.ts'
import type { Encoder } from '../serdes/serde.ts'

/** Appends the bytes of `value` to `sink`. */
export function serializeInto<T>(serde: Encoder<T>, value: T, sink: ByteSink): void {
  if (serde.serializeInto === undefined) sink.append(serde.serialize(value))
  else serde.serializeInto(value, sink)
}
