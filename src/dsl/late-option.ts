/** The option `late`: what becomes of records that come after their window has closed, or too late for a join. */

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

/**
 * What becomes of records that come too late for a join of two streams; `L` and `R` are the streams of them.
 *
 * A record of a join is kept until stream time, that of its side, is the whole window and the grace ahead. One that is
 * older when it comes is joined with what the other side still has (in a left or outer join with `undefined`, where
 * that is nothing), and is not kept: records of the other side that come after it do not find it.
 *
 * @example
 * ```ts
 * import { defineApp, json, string, topic } from 'millrace'
 *
 * const orders = topic('orders', { key: string(), value: json<{ item: string }>() })
 * const payments = topic('payments', { key: string(), value: json<{ amount: number }>() })
 * const latePayments = topic('late-payments', { key: string(), value: json<{ amount: number }>() })
 * const paid = topic('paid-orders', { key: string(), value: string() })
 *
 * export default defineApp({
 *   id: 'paid-orders',
 *   build(b) {
 *     b.stream(orders)
 *       .join(b.stream(payments), (order, payment) => `${order.item}: ${payment.amount}`, {
 *         within: '1h',
 *         grace: '5m',
 *         store: 'order-payments',
 *         late: { right: records => records.to(latePayments) },
 *       })
 *       .to(paid)
 *   },
 * })
 * ```
 */
export interface LateSidesOption<L, R> {
  /**
   * Each is called once, while the application is declared, with the stream of the records of its side that come too late
   * to be kept: as they came, with their keys, values, timestamps and headers. They are counted as dropped (`expired`)
   * all the same. Without it they are only counted. Records without a key or a value are not late.
   */
  readonly late?: {
    /** Of the stream whose method is called. */
    readonly left?: (records: L) => void
    /** Of the other stream. */
    readonly right?: (records: R) => void
  }
}
