/**
 * A bounded map that forgets what was used least recently.
 *
 * A hash map into a doubly linked list: using an entry moves two or three links and rehashes nothing.
 */
import { assert } from './assert.ts'

interface Entry<K, V> {
  readonly key: K
  value: V
  newer: Entry<K, V> | undefined
  older: Entry<K, V> | undefined
}

export class Lru<K, V> {
  readonly #entries = new Map<K, Entry<K, V>>()
  readonly #entriesMax: number
  readonly #onEvict: ((key: K, value: V) => void) | undefined
  #newest: Entry<K, V> | undefined
  #oldest: Entry<K, V> | undefined

  /** `onEvict` hears of entries that make room for others, not of those that are deleted or replaced. */
  constructor(entriesMax: number, onEvict?: (key: K, value: V) => void) {
    if (!Number.isInteger(entriesMax) || entriesMax < 1) {
      throw new RangeError(`entriesMax must be an integer of at least 1, not ${entriesMax}`)
    }
    this.#entriesMax = entriesMax
    this.#onEvict = onEvict
  }

  get count(): number {
    return this.#entries.size
  }

  /** The value, which becomes the most recently used, or `undefined`. */
  get(key: K): V | undefined {
    const entry = this.#entries.get(key)
    if (entry === undefined) return undefined
    this.#use(entry)
    return entry.value
  }

  /** The value without counting as a use. */
  peek(key: K): V | undefined {
    return this.#entries.get(key)?.value
  }

  has(key: K): boolean {
    return this.#entries.has(key)
  }

  /** Adds or replaces; the least recently used entry goes when there is one too many. */
  set(key: K, value: V): void {
    const existing = this.#entries.get(key)
    if (existing !== undefined) {
      existing.value = value
      this.#use(existing)
      return
    }
    const entry: Entry<K, V> = { key, value, newer: undefined, older: undefined }
    this.#entries.set(key, entry)
    this.#link(entry)
    if (this.#entries.size > this.#entriesMax) this.#evict()
  }

  /** Whether there was such an entry. */
  delete(key: K): boolean {
    const entry = this.#entries.get(key)
    if (entry === undefined) return false
    this.#entries.delete(key)
    this.#unlink(entry)
    return true
  }

  clear(): void {
    this.#entries.clear()
    this.#newest = undefined
    this.#oldest = undefined
  }

  /** From the most to the least recently used. */
  *entries(): Generator<readonly [K, V], void, undefined> {
    for (let entry = this.#newest; entry !== undefined; entry = entry.older) yield [entry.key, entry.value]
  }

  #use(entry: Entry<K, V>): void {
    if (entry === this.#newest) return
    this.#unlink(entry)
    this.#link(entry)
  }

  #link(entry: Entry<K, V>): void {
    entry.newer = undefined
    entry.older = this.#newest
    if (this.#newest !== undefined) this.#newest.newer = entry
    this.#newest = entry
    this.#oldest ??= entry
  }

  #unlink(entry: Entry<K, V>): void {
    if (entry.newer === undefined) this.#newest = entry.older
    else entry.newer.older = entry.older
    if (entry.older === undefined) this.#oldest = entry.newer
    else entry.older.newer = entry.newer
  }

  #evict(): void {
    const entry = this.#oldest
    assert(entry !== undefined, 'an LRU over its bound has an oldest entry')
    this.#entries.delete(entry.key)
    this.#unlink(entry)
    this.#onEvict?.(entry.key, entry.value)
  }
}
