/** `customStore`: a store of an application's own as a value, kept by Millrace. */
import { misuse } from '../base/misuse.ts'
import { bytes } from '../serdes/primitives.ts'
import type { CustomStore, CustomStoreSupplier } from '../state/custom-store.ts'
import { baseDefinition, type DeclaredStore, type KeepingOptions } from './store-handle.ts'

/** What `customStore` takes beside the name. */
export interface CustomStoreOptions<S extends CustomStore> extends KeepingOptions {
  /** Makes the object, a new one at every call: each task has its own. */
  readonly open: CustomStoreSupplier<S>
}

/** A store of the application's own as it was declared; processors see the object that `open` makes. */
export interface CustomStoreHandle<out S> extends DeclaredStore {
  readonly kind: 'custom'
  /** Exists in types only. */
  readonly '~store'?: S
}

/**
 * Declares a store of the application's own, for what keys and values do not fit: an index, a sketch, a graph.
 *
 * The object keeps its data in memory as it likes and logs every change as bytes with `context.log`. Millrace keeps the
 * last entry of each key, in a changelog and on disk, commits them with the results, and hands them back through `restore`
 * after a start, and after a transaction that was aborted. MR-1010 refuses an `open` that is no function.
 *
 * @example
 * ```ts
 * import { customStore, defineApp, integer, string, topic, type CustomStore } from 'millrace'
 *
 * const words = topic('words', { key: string(), value: string() })
 * const distinct = topic('distinct', { key: string(), value: integer() })
 *
 * class WordSet implements CustomStore {
 *   readonly words = new Set<string>()
 *   constructor(readonly log: (key: Uint8Array, value: Uint8Array) => void) {}
 *   add(word: string): void {
 *     this.words.add(word)
 *     this.log(new TextEncoder().encode(word), new Uint8Array(0))
 *   }
 *   clear(): void {
 *     this.words.clear()
 *   }
 *   restore(key: Uint8Array): void {
 *     this.words.add(new TextDecoder().decode(key))
 *   }
 * }
 *
 * const known = customStore('known-words', { open: context => new WordSet(context.log) })
 *
 * export default defineApp({
 *   id: 'distinct-words',
 *   build(b) {
 *     b.stream(words)
 *       .processValues({
 *         stores: { known },
 *         *process({ value }, { stores }) {
 *           stores.known.add(value)
 *           yield stores.known.words.size
 *         },
 *       })
 *       .to(distinct)
 *   },
 * })
 * ```
 */
export function customStore<S extends CustomStore>(
  name: string,
  options: CustomStoreOptions<S>,
): CustomStoreHandle<S> {
  const { open } = options
  if (typeof open !== 'function') throw misuse(`customStore '${name}': open must be a function`)
  const base = baseDefinition('customStore', name, { ...options, key: bytes(), value: bytes() })
  const definition = Object.freeze({ kind: 'custom', ...base, timestamped: true, open } as const)
  return Object.freeze({ kind: 'custom', name, definition })
}
