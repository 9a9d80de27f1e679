/** Plans the join of a stream with a table: the lookup, and the buffer of records that wait where there is a grace. */
import { misuse } from '../base/misuse.ts'
import { toMilliseconds, type Duration } from '../base/duration.ts'
import type { JoinCallback } from '../operators/callbacks.ts'
import { declaredAt } from '../base/declared-at.ts'
import type { StorePlan } from '../plan/node-base.ts'
import type { StreamNode, StreamTableJoinNode, TableNode } from '../plan/node.ts'
import type { Plan } from '../plan/plan.ts'
import { checkGrace } from '../plan/versions.ts'
import { json } from '../serdes/json.ts'
import type { Serde } from '../serdes/serde.ts'
import { idleMsOf } from './idle-option.ts'
import type { ValueOptions } from './options.ts'
import { requireKeySerde } from './store-plan.ts'

/**
 * Options of `join` and `leftJoin` of a stream with a table.
 *
 * @example
 * ```ts
 * import { defineApp, json, string, topic } from 'millrace'
 *
 * const orders = topic('orders', { key: string(), value: json<{ item: string }>() })
 * const prices = topic('prices', { key: string(), value: json<number>() })
 * const priced = topic('priced', { key: string(), value: json<number>() })
 *
 * export default defineApp({
 *   id: 'priced-at-their-time',
 *   build(b) {
 *     const table = b.table(prices, { store: 'prices', versioned: '1h' })
 *     b.stream(orders)
 *       .selectKey(order => order.item)
 *       .join(table, (_order, price) => price, { name: 'price-of-order', grace: '5m' })
 *       .to(priced)
 *   },
 * })
 * ```
 */
export interface TableJoinOptions<V, W> extends ValueOptions<W> {
  /**
   * How long records wait, in stream time, for rows of their time that come late: until a record comes whose timestamp is
   * the grace later. Then each is joined with the row as it was at its own time, in the order of time. One that comes later
   * than that is joined at once. Needs a table with `versioned` of at least the grace (MR-1102). Default: none waits.
   *
   * What waits is in a store, `<name>-Buffer`, whose keys are in memory too. Without input nothing leaves: see `idle`.
   */
  readonly grace?: Duration
  /**
   * With a grace: after how long without records time goes on by the clock, as long as they stay away, so that what waits
   * does not wait for the next record. Default: never, as in Kafka.
   */
  readonly idle?: Duration
  /** How the values of records that wait are written. Default: as they were read, or `json()`. */
  readonly left?: Serde<V>
  /** Whether the buffer has a changelog topic, or settings for it. Without one a crash loses what waits. Default true. */
  readonly logging?: boolean | Readonly<Record<string, string>>
}

interface TableJoinRequest {
  readonly operator: 'join' | 'leftJoin'
  readonly parent: StreamNode
  readonly keySerde: Serde<unknown> | undefined
  readonly valueSerde: Serde<unknown> | undefined
  readonly table: TableNode
  readonly joiner: JoinCallback
  readonly options: TableJoinOptions<unknown, unknown>
}

/** Takes one index; the buffer is named after the join. */
export function planTableJoin(plan: Plan, request: TableJoinRequest): StreamTableJoinNode {
  const { operator, parent, table, joiner, options } = request
  if ((options as { readonly within?: unknown }).within !== undefined)
    throw misuse(
      `${operator}: within is for joins of two streams; a table is looked up as it is, or with a grace`,
    )
  const left = operator === 'leftJoin'
  const graceMs = graceOf(request)
  const idleMs = idleMsOf(options, operator)
  if (idleMs !== undefined && graceMs === undefined)
    throw misuse(`${operator}: without a grace no record waits; idle is for joins with one`)
  const name = plan.processorName(left ? 'KSTREAM-LEFTJOIN-' : 'KSTREAM-JOIN-', options.name)
  return plan.add({
    kind: 'stream-table-join',
    name,
    declaredAt: declaredAt(),
    parent,
    table,
    joiner,
    left,
    store: graceMs === undefined ? undefined : bufferOf(plan, name, request),
    graceMs: graceMs ?? 0,
    idleMs,
  })
}

function graceOf({ options, operator, table }: TableJoinRequest): number | undefined {
  if (options.grace === undefined) return undefined
  const graceMs = toMilliseconds(options.grace, 'grace')
  if (!(graceMs >= 0)) throw misuse(`${operator}: grace must be 0 ms or more, not ${graceMs}`)
  checkGrace(table, graceMs, operator, declaredAt())
  return graceMs
}

function bufferOf(
  { backend }: Plan,
  join: string,
  { operator, options, keySerde, valueSerde }: TableJoinRequest,
): StorePlan {
  const { logging = true } = options
  return Object.freeze({
    name: `${join}-Buffer`,
    named: options.name !== undefined,
    keySerde: requireKeySerde(keySerde, operator),
    valueSerde: options.left ?? valueSerde ?? json<unknown>(),
    changelog: logging === true ? {} : logging,
    cache: false,
    backend,
  })
}
