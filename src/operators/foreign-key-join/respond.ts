/**
 * The right side of a foreign-key join: keeps who has subscribed to which right row, and answers them (semantics F5, F6).
 *
 *     subscription topic ─ keep subscription ─ answer subscription ─┐
 *                               │ store                             ├─ response topic
 *     right table ───────── answer subscribers ─────────────────────┘
 *
 * A subscription is answered at once, with the right row as it is now; the time of the answer is the later of the two
 * (F9). A change of a right row is answered to every subscriber, in the order of their primary keys' bytes, with the
 * time of the change. Subscribers are found by the first part of their keys in the store, without waiting: the store
 * lists its keys in memory. Rejected: a scan of the disk between records, which would let a subscription and a change
 * of its row pass one another.
 */
import { unreachable } from '../../base/assert.ts'
import type { Processor, ProcessorContext, ProcessorSupplier } from '../../processor/processor.ts'
import { StreamRecord } from '../../processor/record.ts'
import type { Encoder } from '../../serdes/serde.ts'
import type { KeyValueStore } from '../../state/store.ts'
import { absent } from '../callbacks.ts'
import type { Change } from '../change.ts'
import type { ValueGetter, ValueGetterSupplier } from '../value-getter.ts'
import { subscriptionKey, type Subscription, type SubscriptionResponse } from './subscription.ts'

export interface SubscriptionStoreOptions {
  /** The store of subscriptions, whose keys are those of `subscriptionKey`; it is walkable. */
  readonly store: string
  readonly foreignKeys: Encoder<unknown>
}

/** Keeps subscriptions, or lets go of them, and passes them on. */
export function keepSubscription(
  options: SubscriptionStoreOptions & { readonly primaryKeys: Encoder<unknown> },
): ProcessorSupplier {
  return () => {
    let context: ProcessorContext
    let store: KeyValueStore<Uint8Array, Subscription>
    return {
      init: given => {
        context = given
        store = given.store(options.store)
      },
      process: (record: StreamRecord<unknown, Subscription>) => {
        const { key: foreignKey, value: subscription, timestamp } = record
        const { instruction, primaryKey } = subscription
        if (absent(foreignKey)) {
          // A left row without a foreign key, to be answered and not to be kept.
          if (instruction !== 'subscribe-and-answer') return context.drop('null-foreign-key')
        } else {
          const { foreignKeys, primaryKeys } = options
          const key = subscriptionKey(foreignKeys.serialize(foreignKey), primaryKeys.serialize(primaryKey))
          const leaves = instruction === 'unsubscribe' || instruction === 'unsubscribe-and-answer'
          store.put(key, leaves ? undefined : subscription, timestamp)
        }
        context.forward(record)
      },
    } satisfies Processor<unknown, Subscription>
  }
}

/** Answers subscriptions with the right row as it is now. */
export function answerSubscription(rights: ValueGetterSupplier): ProcessorSupplier {
  return () => {
    let context: ProcessorContext
    let rows: ValueGetter
    return {
      init: given => {
        context = given
        rows = rights.get(given)
      },
      process: (record: StreamRecord<unknown, Subscription>) => {
        const { key: foreignKey, value: subscription, timestamp, headers } = record
        const { instruction, primaryKey } = subscription
        if (instruction === 'unsubscribe') return
        const row = absent(foreignKey) ? undefined : rows.get(foreignKey)
        const value = answerOf(instruction, row?.value)
        if (value === undefined && instruction === 'subscribe') return
        const later = row !== undefined && row.timestamp > timestamp ? row.timestamp : timestamp
        context.forward(new StreamRecord(primaryKey, responseTo(subscription, value), later, headers))
      },
    } satisfies Processor<unknown, Subscription>
  }
}

export interface AnswerSubscribersOptions extends SubscriptionStoreOptions {
  /** Whether the right table keeps versions: then one that is not the latest changes nothing (semantics V6). */
  readonly ofVersions?: boolean
}

/** Answers every subscriber of a right row that has changed. */
export function answerSubscribers(options: AnswerSubscribersOptions): ProcessorSupplier {
  const { store: name, foreignKeys, ofVersions = false } = options
  return () => {
    let context: ProcessorContext
    let store: KeyValueStore<Uint8Array, Subscription>
    return {
      init: given => {
        context = given
        store = given.store(name)
      },
      process: (record: StreamRecord<unknown, Change>) => {
        const { key, value: change, timestamp, headers } = record
        if (absent(key)) return context.drop('null-key')
        if (ofVersions && !change.isLatest) return context.drop('late')
        const prefix = subscriptionKey(foreignKeys.serialize(key))
        for (const [, subscription] of store.walk({ prefix })) {
          const response = responseTo(subscription, change.newValue)
          context.forward(new StreamRecord(subscription.primaryKey, response, timestamp, headers))
        }
      },
    } satisfies Processor<unknown, Change>
  }
}

function answerOf(instruction: Exclude<Subscription['instruction'], 'unsubscribe'>, found: unknown): unknown {
  switch (instruction) {
    case 'unsubscribe-and-answer':
      return undefined
    case 'subscribe-and-answer':
    case 'subscribe':
      return found
    default:
      return unreachable(instruction)
  }
}

function responseTo({ hash, primaryPartition }: Subscription, value: unknown): SubscriptionResponse {
  return { hash, value, primaryPartition }
}
