/**
 * Keys of windowed tables as bytes: the key, then the start of its window, eight bytes big-endian (semantics H11).
 *
 *     | key ... | window start: int64 |
 *
 * The end is not written: it is the start and the size, which a reader must know. Records are partitioned by the
 * key's own bytes, so that all windows of a key are in one partition (O6).
 */
import { misuse } from '../base/misuse.ts'
import { ByteSink } from '../base/byte-sink.ts'
import { readInt64, writeInt64 } from '../base/bytes.ts'
import { toMilliseconds, type Duration } from '../base/duration.ts'
import type { Windowed } from '../windows/window.ts'
import { checkInner, type Serde } from './serde.ts'

/** The serde of a windowed key; `inner` is that of the key itself. */
export interface WindowedSerde<K> extends Serde<Windowed<K>> {
  readonly inner: Serde<K>
  readonly windowSizeMs: number
}

const startBytes = 8

/** The serdes made so far: asked for the same one again, `windowed` answers the same object. */
const made = new WeakMap<object, Map<string, unknown>>()

/**
 * Keys of tumbling and hopping windows of one size, in the bytes of Kafka's `TimeWindowedSerializer`.
 *
 * `size` must be the size of the windows that the keys come from, `'unlimited'` for an unlimited one: it is not in the bytes, and a reader computes the
 * end with it. Asked twice for the same, it answers the same object. A window that starts before the epoch, or whose end is not its start and the size, is a `RangeError`.
 *
 * @example
 * ```ts
 * import { integer, string, topic, windowed } from 'millrace'
 *
 * export const perMinute = topic('clicks-per-minute', { key: windowed(string(), '1m'), value: integer() })
 * ```
 */
export function windowed<K>(inner: Serde<K>, size: Duration | 'unlimited'): WindowedSerde<K> {
  checkInner(inner, 'windowed')
  if (size === 'unlimited') return windowKeys(inner, Infinity)
  const windowSizeMs = toMilliseconds(size, 'windowed: size')
  if (windowSizeMs === 0) throw misuse('windowed: size must be more than 0 ms')
  return windowKeys(inner, windowSizeMs)
}

/** `windowed` of any size, `Infinity` too; where sizes vary, `windowSizeMs` is the greatest, and ends are not checked. */
export function windowKeys<K>(inner: Serde<K>, windowSizeMs: number, sizesVary = false): WindowedSerde<K> {
  let bySize = made.get(inner)
  if (bySize === undefined) made.set(inner, (bySize = new Map()))
  const id = `${windowSizeMs} ${sizesVary}`
  let serde = bySize.get(id) as WindowedSerde<K> | undefined
  if (serde === undefined) bySize.set(id, (serde = makeWindowed(inner, windowSizeMs, sizesVary)))
  return serde
}

/** Whether a serde writes windowed keys, those of sessions included, which are partitioned by the key within. */
export function isWindowedSerde(serde: object): serde is Pick<WindowedSerde<unknown>, 'inner'> {
  return 'inner' in serde && 'windowSizeMs' in serde
}

function makeWindowed<K>(inner: Serde<K>, windowSizeMs: number, sizesVary: boolean): WindowedSerde<K> {
  const serializeInto = (value: Windowed<K>, sink: ByteSink): void => {
    const { start, end } = value.window
    if (!Number.isSafeInteger(start) || start < 0) throw new RangeError(`a window cannot start at ${start}`)
    if (end !== start + windowSizeMs && !sizesVary) {
      throw new RangeError(
        `the window [${start}, ${end}) does not have the size ${windowSizeMs} ms of its serde`,
      )
    }
    if (inner.serializeInto === undefined) sink.append(inner.serialize(value.key))
    else inner.serializeInto(value.key, sink)
    sink.reserve(startBytes)
    writeInt64(sink.bytes, sink.length, start)
    sink.length += startBytes
  }
  const deserializeRange = (source: Uint8Array, start: number, end: number): Windowed<K> => {
    const keyEnd = end - startBytes
    if (keyEnd < start)
      throw new RangeError(`a windowed key has at least ${startBytes} bytes, not ${end - start}`)
    const windowStart = readInt64(source, keyEnd)
    const key =
      inner.deserializeRange === undefined
        ? inner.deserialize(source.subarray(start, keyEnd))
        : inner.deserializeRange(source, start, keyEnd)
    return { key, window: { start: windowStart, end: windowStart + windowSizeMs } }
  }
  return Object.freeze({
    name: `windowed(${inner.name})`,
    inner,
    windowSizeMs,
    serialize: value => {
      const sink = new ByteSink(64)
      serializeInto(value, sink)
      return sink.toBytes()
    },
    serializeInto,
    deserialize: source => deserializeRange(source, 0, source.length),
    deserializeRange,
  } satisfies WindowedSerde<K>)
}
