/** Options of `windowedBy` of a cogroup. */
import type { IdleOption } from './idle-option.ts'

/**
 * Options of `windowedBy` of a cogroup: when windows are put out.
 *
 * `emit: 'close'`, which Kafka does not have here, puts each window out once, by the time of all groups together: a
 * group that is ahead closes it for the others, whose records are late then. With every update, the default, each group
 * has a time of its own, as in Kafka. With `idle` windows close by the clock once all groups are silent. `late` gets the
 * late records of all groups.
 *
 * @example
 * ```ts
 * import { defineApp, integer, string, topic, tumbling } from 'millrace'
 *
 * const clicks = topic('clicks', { key: string(), value: string() })
 * const purchases = topic('purchases', { key: string(), value: string() })
 * const activity = topic('activity', { key: string(), value: integer() })
 * const late = topic('late-activity', { key: string(), value: string() })
 *
 * export default defineApp({
 *   id: 'activity',
 *   build(b) {
 *     b.stream(clicks)
 *       .groupByKey()
 *       .cogroup<number>(sum => sum + 1)
 *       .cogroup(b.stream(purchases).groupByKey(), sum => sum + 10)
 *       .windowedBy(tumbling('1h', { grace: '1m' }), {
 *         emit: 'close',
 *         idle: '5m',
 *         late: records => records.mapValues(({ value }) => value).to(late),
 *       })
 *       .aggregate({ initial: () => 0, store: 'activity', value: integer() })
 *       .toStream()
 *       .map((sum, { key }) => [key, sum])
 *       .to(activity)
 *   },
 * })
 * ```
 */
export interface CogroupWindowOptions extends IdleOption {
  /** `update` (default): every change of a window's result. `close`: the result once, when the window closes. */
  readonly emit?: 'update' | 'close'
}
