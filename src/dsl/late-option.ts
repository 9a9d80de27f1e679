/** The option `late`: what becomes of records that come after their window has closed. */

/**
 * What becomes of records that come after their window has closed; `S` is the stream of them.
 *
 * @example
 * ```ts
 * import { defineApp, integer, string, topic, tumbling } from 'millrace'
 *
 * const clicks = topic('clicks', { key: string(), value: string() })
 * const lateClicks = topic('late-clicks', { key: string(), value: string() })
 * const counts = topic('click-counts', { key: string(), value: integer() })
 *
 * export default defineApp({
 *   id: 'clicks',
 *   build(b) {
 *     b.stream(clicks)
 *       .groupByKey()
 *       .windowedBy(tumbling('1m', { grace: '10s' }), {
 *         late: records => records.mapValues(({ value }) => value).to(lateClicks),
 *       })
 *       .count('clicks-per-minute')
 *       .toStream()
 *       .map((count, { key }) => [key, count])
 *       .to(counts)
 *   },
 * })
 * ```
 */
export interface LateRecordsOption<S> {
  /**
   * Called while the application is declared, once for each fold of these windows, with the stream of the records that
   * come too late: each with its own timestamp and headers, once for each of its windows that has closed. They are counted
   * as dropped all the same. Without it they are only counted. Records without a key are not late.
   */
  readonly late?: (records: S) => void
}
