/**
 * Topics as values: a name together with the types, serdes and settings of what is in it.
 *
 * The object is what carries types through an application: streams, tables, sinks, the test driver and producers all
 * take it. What is read and what is written are separate types, so that a topic of wider values may be written to
 * by a stream of narrower ones, and never the other way round.
 */
import { misuse } from '../base/misuse.ts'
import { StreamsError } from '../base/errors.ts'
import type { SourceContext } from '../processor/processor.ts'
import type { Decoder, Encoder, Serde } from '../serdes/serde.ts'
import { validateName } from '../topology/names.ts'

/** What `topic` takes beside the name. */
export interface TopicOptions<K, V> {
  readonly key: Serde<K>
  readonly value: Serde<V>
  /**
   * How many partitions the topic has where Millrace creates it: in the test driver, on the embedded broker and by
   * the command line. A topic that exists already keeps its count. Default 1 in the test driver.
   */
  readonly partitions?: number
  /**
   * The timestamp of a record, milliseconds since the epoch, taken from its value. A negative one drops the record.
   * Not called for tombstones, which keep their own. Default: the timestamp that the record was written with.
   */
  readonly timestamp?: (value: V, key: K) => number
  /** Topic settings for the same occasions: `{ 'cleanup.policy': 'compact' }`. */
  readonly config?: Readonly<Record<string, string>>
}

/** A topic as something to read from. */
export interface SourceTopic<out K, out V> {
  readonly name: string
  readonly key: Decoder<K>
  readonly value: Decoder<V>
}

/** A topic as something to write to. */
export interface SinkTopic<in K, in V> {
  readonly name: string
  readonly key: Encoder<K>
  readonly value: Encoder<V>
}

/** A topic with everything known about it; made by `topic`. */
export interface Topic<K, V> extends SourceTopic<K, V>, SinkTopic<K, V> {
  readonly key: Serde<K>
  readonly value: Serde<V>
  readonly partitions?: number | undefined
  readonly timestamp?: ((value: V, key: K) => number) | undefined
  readonly config: Readonly<Record<string, string>>
}

/** All topics whose names fit, those that come later included; all with the same serdes. Made by `pattern`. */
export interface TopicPattern<K, V> {
  readonly pattern: RegExp
  readonly key: Serde<K>
  readonly value: Serde<V>
  readonly timestamp?: ((value: V, key: K) => number) | undefined
}

/** Topics that a sink chooses among, record by record; all with the same serdes. They must exist. */
export interface DynamicTopic<in K, in V> {
  /** The context has the record's place, and the bytes that it was read from, `rawKey` and `rawValue`. */
  readonly choose: (value: V, key: K, context: SourceContext) => string
  readonly key: Encoder<K>
  readonly value: Encoder<V>
  /** What `describe()` prints in place of a topic's name. Default: the name of the function. */
  readonly describeAs?: string
}

/**
 * Declares a topic: once, beside its types, for everything that reads or writes it.
 *
 * A `StreamsError` MR-1005 refuses a name that Kafka does not allow (1 to 249 letters, digits, `.`, `_`, `-`), MR-1004
 * a missing serde; a partition count below 1 is MR-1010. Declaring creates nothing.
 *
 * @example
 * ```ts
 * import { json, string, topic } from 'millrace'
 *
 * interface Order { id: string; amount: number; at: string }
 *
 * export const orders = topic('orders', {
 *   key: string(),
 *   value: json<Order>(),
 *   partitions: 6,
 *   timestamp: order => Date.parse(order.at),
 * })
 * ```
 */
export function topic<K, V>(name: string, options: TopicOptions<K, V>): Topic<K, V> {
  validateName(name, 'a topic')
  const { key, value, partitions, timestamp, config = {} } = options
  if (typeof key?.serialize !== 'function') throw missingSerde(name, 'key')
  if (typeof value?.serialize !== 'function') throw missingSerde(name, 'value')
  if (partitions !== undefined && (!Number.isInteger(partitions) || partitions < 1)) {
    throw misuse(`partitions of topic '${name}' must be an integer of at least 1, not ${partitions}`)
  }
  return Object.freeze({ name, key, value, partitions, timestamp, config: Object.freeze({ ...config }) })
}

/**
 * Topics by a pattern of their whole names, for `stream`: those that are there when the application starts, and those
 * that come later, as soon as its instances see them. They are not created. Topics of Kafka and of the application itself
 * are left out.
 *
 * @example
 * ```ts
 * import { defineApp, json, pattern, string, topic } from 'millrace'
 *
 * const events = pattern(/events-[a-z]+/, { key: string(), value: json<{ kind: string }>() })
 * const alerts = topic('alerts', { key: string(), value: json<{ kind: string }>() })
 *
 * export default defineApp({
 *   id: 'alerts',
 *   build: b => b.stream(events).filter(({ kind }) => kind === 'alert').to(alerts),
 * })
 * ```
 */
export function pattern<K, V>(
  names: RegExp,
  options: Pick<TopicOptions<K, V>, 'key' | 'value' | 'timestamp'>,
): TopicPattern<K, V> {
  if (!(names instanceof RegExp)) throw misuse(`pattern: expected a regular expression, not ${typeof names}`)
  const { key, value, timestamp } = options
  if (typeof key?.serialize !== 'function') throw missingSerde(String(names), 'key')
  if (typeof value?.serialize !== 'function') throw missingSerde(String(names), 'value')
  return Object.freeze({ pattern: names, key, value, timestamp })
}

function missingSerde(name: string, part: 'key' | 'value'): StreamsError {
  return new StreamsError('MR-1004', {
    what: `topic '${name}' has no serde for its ${part}s`,
    fix: `topic('${name}', { ${part}: ${part === 'key' ? 'string()' : 'json()'}, ... })`,
  })
}
