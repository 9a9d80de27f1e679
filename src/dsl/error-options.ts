/** What an application says of errors: what becomes of records that fail, and where dead letters go. */
import type { DeclaredTopic } from '../plan/plan.ts'
import { checkPolicies, mayDeadLetter, type ErrorPolicies } from '../processor/error-policy.ts'
import { validateName } from '../topology/names.ts'

export interface ErrorOptions {
  /**
   * What becomes of a record that cannot be read, whose processing throws, or whose result cannot be written: `fail` (the
   * default) stops the application with the error; `skip` goes on without the record; `dlq` writes the record as it was
   * read to the dead letter topic, with Kafka's headers of the error, and goes on. A function chooses by the error. What a
   * node has done before it threw, such as a write to a store, stays done. Such records count as dropped.
   *
   * For global tables `dlq` is `fail`: nothing commits what they read. A key and a value of null are in the dead letter of
   * a punctuation, and of an update that was held back until the commit (`cache`).
   *
   * @example
   * ```ts
   * import { defineApp, json, string, topic } from 'millrace'
   * import { testDriver } from 'millrace/testing'
   *
   * const orders = topic('orders', { key: string(), value: json<{ amount: number }>() })
   * const totals = topic('totals', { key: string(), value: json<number>() })
   * const texts = topic('orders', { key: string(), value: string() })
   *
   * const app = defineApp({
   *   id: 'totals',
   *   onError: { deserialize: 'dlq', process: error => (error instanceof RangeError ? 'skip' : 'fail') },
   *   dlq: 'orders.dlq',
   *   build: b => b.stream(orders).mapValues(order => order.amount * 2).to(totals),
   * })
   *
   * using driver = testDriver(app)
   * driver.input(texts).send('o1', 'no JSON').send('o2', '{ "amount": 2 }')
   * console.log(driver.output(totals).toMap()) // Map { 'o2' => 4 }
   * for (const { topic, offset, message } of driver.dlq()) console.log(topic, offset, message) // orders 0 Unexpected token ...
   * ```
   */
  readonly onError?: ErrorPolicies
  /**
   * The topic of dead letters: its name, or the topic with its partitions and configuration. It is created where declared
   * topics are. Default `<id>-dlq`, if `onError` may ask for dead letters.
   */
  readonly dlq?: string | DeclaredTopic
}

/** The options of an application with their defaults; MR-1010 for policies that are none, MR-1005 for a bad name. */
export function resolveErrors(
  id: string,
  { onError = {}, dlq }: ErrorOptions,
): { readonly onError: ErrorPolicies; readonly dlq: DeclaredTopic | undefined } {
  checkPolicies(onError, id)
  if (dlq === undefined) return { onError, dlq: mayDeadLetter(onError) ? { name: `${id}-dlq` } : undefined }
  const topic: DeclaredTopic = typeof dlq === 'string' ? { name: dlq } : dlq
  validateName(topic.name, 'the dead letter topic')
  return { onError, dlq: { name: topic.name, partitions: topic.partitions, config: topic.config } }
}
