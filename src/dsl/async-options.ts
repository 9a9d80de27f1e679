/** What `mapValuesAsync` takes: the callback, and how many calls there may be, how long, how often and in which order. */
import type { Duration } from '../base/duration.ts'
import type { AsyncCallContext } from '../operators/async-call.ts'
import type { ValueOptions } from './options.ts'

/** Makes a value of a record, in its own time. `call` is one attempt: its signal, its number, and the record's place. */
export type AsyncMapper<K, V, W> = (value: V, key: K, call: AsyncCallContext) => PromiseLike<W>

/**
 * Options of `mapValuesAsync`.
 *
 * Calls that are under way when a commit is due are waited for, and the task takes no records meanwhile: positions that are
 * committed never pass a record without a result. So with exactly-once each record has one result, even though its call
 * may have been made more than once: what a call does elsewhere must bear repetition. Commits that are further apart
 * (`commitInterval`) keep more calls under way. Other tasks go on meanwhile, and so does the instance's place in its group.
 *
 * @example
 * ```ts
 * import { defineApp, json, string, topic } from 'millrace'
 *
 * const payments = topic('payments', { key: string(), value: json<{ amount: number }>() })
 * const rated = topic('rated-payments', { key: string(), value: json<{ amount: number; risk: number }>() })
 *
 * export default defineApp({
 *   id: 'risk',
 *   build(b) {
 *     b.stream(payments)
 *       .mapValuesAsync(
 *         async (payment, account, { signal }) => {
 *           const response = await fetch(`https://risk.example/${account}`, { signal })
 *           return { ...payment, risk: (await response.json()) as number }
 *         },
 *         { concurrency: 32, ordering: 'key', timeout: '2s', retry: { attempts: 5, backoff: '200ms' } },
 *       )
 *       .to(rated)
 *   },
 * })
 * ```
 */
export interface AsyncOptions<W = unknown> extends ValueOptions<W> {
  /**
   * Records under way at most, per task: from the first attempt to the result, pauses between attempts included. When
   * there are as many, the task takes no more. 1 to 10,000; default 16.
   */
  readonly concurrency?: number
  /**
   * In which order results go on. `partition` (default): that of the records, as with `mapValues`; a slow call holds up
   * those behind it. `key`: that of the records of each key, whose calls follow one another. `none`: as they come.
   * With `key` and `none` operators of time below see records out of order: give windows a `grace`.
   */
  readonly ordering?: 'key' | 'partition' | 'none'
  /** How long an attempt may take; then its signal is aborted, and it has failed. 1 ms to 5 min; default 10 s. */
  readonly timeout?: Duration
  /** What becomes of an attempt that has failed. Default: three attempts, 100 ms apart at first. */
  readonly retry?: RetryOptions
}

/** How often and how soon a call is made again. When the last attempt has failed, the application stops with MR-3201. */
export interface RetryOptions {
  /** Attempts in all, the first included. 1 to 100; default 3. */
  readonly attempts?: number
  /** The pause after the first attempt; it doubles with each. Half of it is chance, so that calls do not meet again. Default 100 ms. */
  readonly backoff?: Duration
  /** What the pause grows to at most. Default 30 s. */
  readonly backoffMax?: Duration
  /** Whether an error is worth another attempt: `false` fails the call at once. Default: every error is. */
  readonly when?: (error: unknown) => boolean
}
