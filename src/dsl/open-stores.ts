/** What the stores that a processor names are to it. */
import type { ProcessorContext } from '../processor/processor.ts'
import { openStore } from '../operators/processor-stores.ts'
import type { ProcessorSessionStore } from '../state/processor-session-store.ts'
import type { ProcessorStore, ReadableStore } from '../state/processor-store.ts'
import type { ProcessorVersionedStore } from '../state/processor-versioned-store.ts'
import type { ProcessorWindowStore } from '../state/processor-window-store.ts'
import type { CustomStoreHandle } from './custom-store.ts'
import type { GlobalKTable } from './global-table.ts'
import type { KeyValueStoreHandle } from './kv-store.ts'
import { namedStore } from './named-store.ts'
import type { SessionStoreHandle } from './session-store.ts'
import type { StoreHandle } from './store-handle.ts'
import type { VersionedStoreHandle } from './versioned-store.ts'
import type { WindowStoreHandle } from './window-store.ts'

/** The stores of a processor, by the names that it has for them. */
export type StoreHandles = Readonly<Record<string, StoreHandle>>

/** What a handle opens to in a task. */
export type OpenStore<H> =
  H extends KeyValueStoreHandle<infer K, infer V>
    ? ProcessorStore<K, V>
    : H extends WindowStoreHandle<infer K, infer V>
      ? ProcessorWindowStore<K, V>
      : H extends SessionStoreHandle<infer K, infer V>
        ? ProcessorSessionStore<K, V>
        : H extends VersionedStoreHandle<infer K, infer V>
          ? ProcessorVersionedStore<K, V>
          : H extends CustomStoreHandle<infer S>
            ? S
            : H extends GlobalKTable<infer K, infer V>
              ? ReadableStore<K, V>
              : never

/** What the handles open to, by the same names. */
export type OpenStores<S> = { readonly [N in keyof S]: OpenStore<S[N]> }

/**
 * The store of a handle in a processor of a `Topology`, typed: for `init`. MR-1001 if the store is not connected to it.
 *
 * Writes are at the time of the record being processed, or of the punctuation.
 *
 * @example
 * ```ts
 * import { integer, kvStore, storeOf, StreamRecord, string, Topology, type ProcessorContext } from 'millrace'
 *
 * const counts = kvStore('counts', { key: string(), value: integer() })
 *
 * class Counter {
 *   private context!: ProcessorContext
 *   init(context: ProcessorContext): void {
 *     this.context = context
 *   }
 *   process(record: StreamRecord<string, string>): void {
 *     const store = storeOf(this.context, counts)
 *     const count = (store.get(record.key) ?? 0) + 1
 *     store.put(record.key, count)
 *     this.context.forward(record.withValue(count))
 *   }
 * }
 *
 * const topology = new Topology()
 *   .addSource('words', { topics: ['words'], key: string(), value: string() })
 *   .addProcessor('count', { parents: ['words'], supplier: () => new Counter() })
 *   .addStateStore(counts, 'count')
 *   .addSink('out', { parents: ['count'], topic: 'counts', key: string(), value: integer() })
 * console.log(topology.describe())
 * ```
 */
export function storeOf<const H extends StoreHandle>(context: ProcessorContext, handle: H): OpenStore<H> {
  return openStore(namedStore('store', handle), context, () => context.record.timestamp) as OpenStore<H>
}
