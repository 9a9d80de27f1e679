/**
 * A key-value store that keeps the rows used last: `lruStore` (semantics B22).
 *
 * It is a key-value store with the order of use beside it, oldest first. A row beyond the limit is deleted, from the
 * changelog too, and nobody is told. The order is in memory only: after a restart it is that of the changelog, in which a
 * row stands where it was last written. Rows of an aborted transaction leave the order, and rows that come back by the
 * abort count as the oldest.
 */
import type { BytesWrite } from './ordered-bytes.ts'
import type {
  ChangelogRecord,
  ChangelogSink,
  KeyIdentity,
  KeyRange,
  KeyValueStore,
  ValueAndTimestamp,
} from './store.ts'

export class LruStore<K, V> implements KeyValueStore<K, V> {
  readonly name: string
  readonly identity: (key: K) => KeyIdentity
  private readonly rows: KeyValueStore<K, V>
  private readonly entriesMax: number
  private readonly keyOf: (bytes: Uint8Array) => K
  /** Keys of all rows, the one used longest ago first. */
  private order = new Map<KeyIdentity, K>()

  /** `rows` must be walkable, and empty or restored from the start by `restore`. */
  constructor(rows: KeyValueStore<K, V>, entriesMax: number, keyOf: (bytes: Uint8Array) => K) {
    if (!Number.isSafeInteger(entriesMax) || entriesMax < 1)
      throw new RangeError(`entriesMax must be an integer of at least 1, not ${entriesMax}`)
    this.name = rows.name
    this.identity = key => rows.identity(key)
    this.rows = rows
    this.entriesMax = entriesMax
    this.keyOf = keyOf
  }

  get(key: K): V | undefined {
    return this.getWithTimestamp(key)?.value
  }

  getWithTimestamp(key: K): ValueAndTimestamp<V> | undefined {
    const row = this.rows.getWithTimestamp(key)
    if (row !== undefined) this.use(key)
    return row
  }

  put(key: K, value: V | undefined, timestamp: number): void {
    this.rows.put(key, value, timestamp)
    if (value === undefined || value === null) {
      this.order.delete(this.identity(key))
      return
    }
    this.use(key)
    // More than one where the limit was lowered since the rows were written.
    for (const [id, oldest] of this.order) {
      if (this.order.size <= this.entriesMax) break
      this.order.delete(id)
      this.rows.put(oldest, undefined, timestamp)
    }
  }

  delete(key: K, timestamp: number): V | undefined {
    const value = this.rows.delete(key, timestamp)
    this.order.delete(this.identity(key))
    return value
  }

  entries(range?: Parameters<KeyValueStore<K, V>['entries']>[0]): AsyncIterable<readonly [K, V]> {
    return this.rows.entries(range)
  }

  walk(range?: KeyRange<K>): Iterable<readonly [K, V]> {
    return this.rows.walk(range)
  }

  approximateCount(): number {
    return this.order.size
  }

  stage(changelog: ChangelogSink): void {
    this.rows.stage(changelog)
  }

  apply(): readonly BytesWrite[] {
    return this.rows.apply()
  }

  applied(): void {
    this.rows.applied()
  }

  discard(): void {
    this.rows.discard()
    const present = new Map<KeyIdentity, K>()
    for (const [key] of this.rows.walk()) present.set(this.identity(key), key)
    const known = [...this.order].filter(([id]) => present.delete(id))
    this.order = new Map([...present, ...known])
  }

  restore(records: readonly ChangelogRecord[]): readonly BytesWrite[] {
    for (const { key: bytes, value } of records) {
      const key = this.keyOf(bytes)
      if (value === null) this.order.delete(this.identity(key))
      else this.use(key)
    }
    return this.rows.restore(records)
  }

  async restored(): Promise<void> {
    await this.rows.restored?.()
    // A restore that was begun anew may have listed rows that are gone.
    for (const [id, key] of this.order) if (this.rows.get(key) === undefined) this.order.delete(id)
  }

  close(): void {
    this.rows.close()
  }

  /** Makes a key the one used last. */
  private use(key: K): void {
    const id = this.identity(key)
    this.order.delete(id)
    this.order.set(id, key)
  }
}
