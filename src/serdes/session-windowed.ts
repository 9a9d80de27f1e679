/**
 * Keys of session tables as bytes: the key, then the end of its session, then the start (semantics H11).
 *
 *     | key ... | session end: int64 | session start: int64 |
 *
 * Records are partitioned by the key's own bytes, so that all sessions of a key are in one partition (O6).
 */
import { ByteSink } from '../base/byte-sink.ts'
import { readInt64, writeInt64 } from '../base/bytes.ts'
import type { Windowed } from '../windows/window.ts'
import { checkInner, type Serde } from './serde.ts'

/** The serde of a key with its session; `inner` is that of the key itself. */
export interface SessionWindowedSerde<K> extends Serde<Windowed<K>> {
  readonly inner: Serde<K>
  /** Sessions have no one size. */
  readonly windowSizeMs: undefined
}

const timesBytes = 16

/** The serdes made so far: asked for the same one again, `sessionWindowed` answers the same object. */
const made = new WeakMap<object, unknown>()

/**
 * Keys of sessions, in the bytes of Kafka's `SessionWindowedSerializer`. Asked twice for the same, it answers the same
 * object. A session that starts before the epoch, or ends before it starts, is a `RangeError`.
 *
 * @example
 * ```ts
 * import { integer, sessionWindowed, string, topic } from 'millrace'
 *
 * export const visits = topic('visits', { key: sessionWindowed(string()), value: integer() })
 * ```
 */
export function sessionWindowed<K>(inner: Serde<K>): SessionWindowedSerde<K> {
  checkInner(inner, 'sessionWindowed')
  let serde = made.get(inner) as SessionWindowedSerde<K> | undefined
  if (serde === undefined) made.set(inner, (serde = makeSessionWindowed(inner)))
  return serde
}

function makeSessionWindowed<K>(inner: Serde<K>): SessionWindowedSerde<K> {
  const serializeInto = (value: Windowed<K>, sink: ByteSink): void => {
    const { start, end } = value.window
    if (!Number.isSafeInteger(start) || start < 0) throw new RangeError(`a session cannot start at ${start}`)
    if (!Number.isSafeInteger(end) || end < start) {
      throw new RangeError(`a session that starts at ${start} cannot end at ${end}`)
    }
    if (inner.serializeInto === undefined) sink.append(inner.serialize(value.key))
    else inner.serializeInto(value.key, sink)
    sink.reserve(timesBytes)
    writeInt64(sink.bytes, sink.length, end)
    writeInt64(sink.bytes, sink.length + 8, start)
    sink.length += timesBytes
  }
  const deserializeRange = (source: Uint8Array, start: number, end: number): Windowed<K> => {
    const keyEnd = end - timesBytes
    if (keyEnd < start) {
      throw new RangeError(`a key with a session has at least ${timesBytes} bytes, not ${end - start}`)
    }
    const key =
      inner.deserializeRange === undefined
        ? inner.deserialize(source.subarray(start, keyEnd))
        : inner.deserializeRange(source, start, keyEnd)
    return { key, window: { start: readInt64(source, keyEnd + 8), end: readInt64(source, keyEnd) } }
  }
  return Object.freeze({
    name: `sessionWindowed(${inner.name})`,
    inner,
    windowSizeMs: undefined,
    serialize: value => {
      const sink = new ByteSink(64)
      serializeInto(value, sink)
      return sink.toBytes()
    },
    serializeInto,
    deserialize: source => deserializeRange(source, 0, source.length),
    deserializeRange,
  } satisfies SessionWindowedSerde<K>)
}
