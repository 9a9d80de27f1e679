/** What `ttl` of a store's options asks for: how long rows last, and by which clock. */
import { misuse } from '../base/misuse.ts'
import { toMilliseconds, type Duration } from '../base/duration.ts'
import type { ExpiryRule } from '../state/expiry-rule.ts'
import type { StoreOptions } from './options.ts'

/** How long rows last. */
export interface TtlOptions {
  /** At least 1 ms. */
  readonly after: Duration
  /**
   * `stream` (default): the greatest timestamp that the task has processed, whatever its topic; without input nothing
   * expires. `wall`: the wall clock, so rows expire without input too; records of the past expire as they come.
   */
  readonly clock?: 'stream' | 'wall'
}

/** Where rows may expire. */
export interface TtlOption {
  /**
   * How long a row lasts after its timestamp, which is that of its last update: then it is deleted, from the changelog too,
   * and a table puts out its end, without headers and with the time at which it was over. A row that comes back starts
   * anew, an aggregate with `initial`. A row that is over when it comes is put out, and its end right after it. Keeps
   * every key in memory, about 200 bytes each. Not together with `versioned`.
   */
  readonly ttl?: Duration | TtlOptions
}

/**
 * How the rows of a table are kept.
 *
 * @example
 * ```ts
 * import { defineApp, integer, string, topic } from 'millrace'
 *
 * const views = topic('views', { key: string(), value: string() })
 * const visits = topic('visits', { key: string(), value: integer() })
 *
 * export default defineApp({
 *   id: 'visits',
 *   build(b) {
 *     // A visitor who has not been seen for half an hour begins at 1 again; the end of the row is put out too.
 *     b.stream(views).groupByKey().count({ store: 'visits', ttl: '30m' }).toStream().to(visits)
 *   },
 * })
 * ```
 */
export interface RowStoreOptions<V> extends StoreOptions<V>, TtlOption {}

/** The rule of `ttl`, or `undefined` where rows last. */
export function expiryRule(
  { ttl, versioned }: TtlOption & { readonly versioned?: unknown },
  operator: string,
): ExpiryRule | undefined {
  if (ttl === undefined) return undefined
  const { after, clock = 'stream' } = typeof ttl === 'object' ? ttl : { after: ttl }
  const ttlMs = toMilliseconds(after, `${operator}: ttl`)
  if (ttlMs < 1) throw misuse(`${operator}: ttl must be 1 ms or more, not ${String(after)}`)
  if (clock !== 'stream' && clock !== 'wall')
    throw misuse(`${operator}: ttl.clock must be 'stream' or 'wall', not '${String(clock)}'`)
  if (versioned !== undefined)
    throw misuse(`${operator}: rows with versions do not expire; leave out ttl or versioned`)
  return Object.freeze({ ttlMs, clock })
}

/** Refuses `ttl` where rows cannot expire. The types do too. */
export function refuseTtl(options: object, operator: string): void {
  if ((options as TtlOption).ttl === undefined) return
  throw misuse(`${operator} takes no ttl: its rows follow from others, or expire with their windows`, {
    fix: 'leave ttl out',
  })
}
