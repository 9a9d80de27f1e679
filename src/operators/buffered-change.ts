/**
 * A change of a row that waits in a buffer (`suppress`), and its bytes in the buffer's store and changelog: Kafka's layout,
 * of version 3 (InMemoryTimeOrderedKeyValueChangeBuffer).
 *
 *     | record context (`record-context-bytes.ts`) | prior | old | new | time 8 |
 *     prior, old, new: | length 4, -1 for nothing | value |; old has the length -2, and no value, where it equals prior
 *
 * Of the record that it came in with everything is kept that it must come out with (semantics P6).
 */
import { ByteSink } from '../base/byte-sink.ts'
import { equalBytes } from '../base/bytes.ts'
import { utf8Length } from '../base/text.ts'
import type { Headers } from '../record/record.ts'
import type { RecordContext } from '../processor/processor.ts'
import type { Serde } from '../serdes/serde.ts'
import {
  appendField,
  appendInt32,
  appendInt64,
  appendRecordContext,
  FieldReader,
  readRecordContext,
} from './record-context-bytes.ts'

/** A change, with the place and the headers of the last update's record. */
export interface BufferedChange extends RecordContext {
  /** What it is ordered by: that of the first update that waits. */
  readonly time: number
  /** The row's value downstream: the old value of the first update that waits. */
  readonly priorValue: unknown
  readonly oldValue: unknown
  readonly newValue: unknown
}

/** What Kafka writes beside each change in the changelog, to tell the layout. */
export const bufferedChangeHeaders: Headers = Object.freeze([{ key: 'v', value: Uint8Array.of(3) }])

const sameAsPrior = -2

/** The serde of a buffer whose rows' values are written by `values`. */
export function bufferedChangeSerde(values: Serde<unknown>): Serde<BufferedChange> {
  const bytesOf = (value: unknown): Uint8Array | null =>
    value === undefined ? null : values.serialize(value)
  const valueOf = (bytes: Uint8Array | undefined): unknown =>
    bytes === undefined ? undefined : values.deserialize(bytes)
  return Object.freeze({
    name: `buffered(${values.name})`,
    serialize: (change: BufferedChange): Uint8Array => {
      const sink = new ByteSink(128)
      appendRecordContext(sink, change)
      const prior = bytesOf(change.priorValue)
      // A serde may use its memory again, so that one value is written before the next is serialised.
      appendField(sink, prior)
      const priorEnd = sink.length
      const old = bytesOf(change.oldValue)
      const priorBytes = sink.bytes.subarray(priorEnd - (prior?.length ?? 0), priorEnd)
      if (prior !== null && old !== null && equalBytes(priorBytes, old)) appendInt32(sink, sameAsPrior)
      else appendField(sink, old)
      appendField(sink, bytesOf(change.newValue))
      appendInt64(sink, change.time)
      return sink.toBytes()
    },
    deserialize: (bytes: Uint8Array): BufferedChange => {
      const reader = new FieldReader(bytes)
      const context = readRecordContext(reader)
      const prior = reader.field()
      const oldLength = reader.int32()
      const old = oldLength === sameAsPrior ? prior : oldLength === -1 ? undefined : reader.view(oldLength)
      const next = reader.field()
      return {
        ...context,
        time: reader.int64(),
        priorValue: valueOf(prior),
        oldValue: valueOf(old),
        newValue: valueOf(next),
      }
    },
  })
}

/**
 * How much of `maxBytes` a change takes: its time, key and values, and what is kept of its record, without the lengths
 * between them. Kafka counts texts by characters, which makes a difference outside of ASCII alone.
 */
export function countedBytesOf(
  keyBytes: number,
  serialized: Uint8Array,
  { headers }: BufferedChange,
): number {
  let between = 5 * 4
  for (const { key } of headers) between += 8 + utf8Length(key) - key.length
  return keyBytes + serialized.length - between
}
