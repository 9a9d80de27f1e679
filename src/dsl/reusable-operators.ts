/** Operators as values, to be applied with `through`. */
import type { DedupeOptions } from './dedupe-options.ts'
import type { KStream } from './kstream.ts'

/**
 * `stream.through(dedupe(options))` is `stream.dedupe(options)`: of use where the operator is chosen or shared.
 *
 * @example
 * ```ts
 * import { dedupe, defineApp, json, string, topic } from 'millrace'
 *
 * interface Event {
 *   readonly id: string
 * }
 *
 * const events = topic('events', { key: string(), value: json<Event>() })
 * const clean = topic('clean-events', { key: string(), value: json<Event>() })
 * const once = dedupe<string, Event>({ by: event => event.id, within: '10m', store: 'seen' })
 *
 * export default defineApp({ id: 'clean', build: b => b.stream(events).through(once).to(clean) })
 * ```
 */
export function dedupe<K, V, I = string>(
  options: DedupeOptions<K, V, I>,
): (stream: KStream<K, V>) => KStream<K, V> {
  return stream => stream.dedupe(options)
}
