/**
 * The store of records that wait for a match: a key-value store whose keys are in memory too, in their order.
 *
 * Joins go through the earliest records at nearly every step and cannot wait for a range of the backend, so the keys
 * are listed here; values stay in the store. `undo` has what the list has gained and lost since the last `apply`, for
 * `discard`.
 */
import type { Serde } from '../serdes/serde.ts'
import type { HeldRecordStoreDefinition } from './definition.ts'
import type { HeldKey, HeldValue } from './held-serde.ts'
import { OverlayKeyValueStore } from './key-value-store.ts'
import type { BytesWrite, OrderedBytes } from './ordered-bytes.ts'
import type { ChangelogRecord, ChangelogSink, StateStore } from './store.ts'

interface Listed {
  /** The key's bytes as text. */
  readonly order: string
  readonly key: HeldKey
}

interface Step {
  readonly listed: Listed
  readonly added: boolean
}

export class HeldRecordStore implements StateStore {
  readonly name: string
  private readonly keySerde: Serde<HeldKey>
  private readonly rows: OverlayKeyValueStore<HeldKey, readonly HeldValue[]>
  private list: Listed[] = []
  private undoLive: Step[] = []
  private undoStaged: Step[] = []

  constructor(
    definition: HeldRecordStoreDefinition,
    backend: OrderedBytes,
    prefix: Uint8Array,
    residentEntriesMax: number,
  ) {
    this.name = definition.name
    this.keySerde = definition.keySerde as Serde<HeldKey>
    const valueSerde = definition.valueSerde as Serde<readonly HeldValue[]>
    this.rows = new OverlayKeyValueStore<HeldKey, readonly HeldValue[]>(
      { ...definition, kind: 'key-value', keySerde: this.keySerde, valueSerde },
      backend,
      prefix,
      residentEntriesMax,
    )
  }

  /** Adds a value after those that are held under the same key. */
  hold(key: HeldKey, value: unknown): void {
    const held = this.rows.get(key)
    const added = { left: key.left, value }
    this.rows.put(key, held === undefined ? [added] : [...held, added], key.timestamp)
    if (held !== undefined) return
    const listed = { order: String(this.rows.identity(key)), key }
    this.insert(listed)
    this.undoLive.push({ listed, added: true })
  }

  /** Lets go of everything that is held under the key, if anything is. */
  release(key: HeldKey): void {
    const order = String(this.rows.identity(key))
    const index = this.indexOf(order)
    const listed = this.list[index]
    if (listed?.order !== order) return
    this.rows.put(key, undefined, key.timestamp)
    this.list.splice(index, 1)
    this.undoLive.push({ listed, added: false })
  }

  /** The values under a key, in the order of their arrival. */
  valuesOf(key: HeldKey): readonly HeldValue[] {
    return this.rows.get(key) ?? []
  }

  /** The keys in their order, as they are now: by time, right before left, then by the key's bytes. */
  *keys(): Generator<HeldKey, void, undefined> {
    for (const { key } of this.list) yield key
  }

  /** The first of the keys, if anything is held. */
  first(): HeldKey | undefined {
    return this.list[0]?.key
  }

  stage(changelog: ChangelogSink): void {
    this.rows.stage(changelog)
    this.undoStaged.push(...this.undoLive)
    this.undoLive = []
  }

  apply(): readonly BytesWrite[] {
    this.undoStaged = []
    return this.rows.apply()
  }

  applied(): void {
    this.rows.applied()
  }

  discard(): void {
    this.rows.discard()
    for (const { listed, added } of [...this.undoStaged, ...this.undoLive].reverse()) {
      if (added) this.list.splice(this.indexOf(listed.order), 1)
      else this.insert(listed)
    }
    this.undoLive = []
    this.undoStaged = []
  }

  restore(records: readonly ChangelogRecord[]): readonly BytesWrite[] {
    for (const { key: bytes, value } of records) {
      const key = this.keySerde.deserialize(bytes)
      const order = String(this.rows.identity(key))
      const index = this.indexOf(order)
      const isListed = this.list[index]?.order === order
      if (value === null && isListed) this.list.splice(index, 1)
      if (value !== null && !isListed) this.list.splice(index, 0, { order, key })
    }
    return this.rows.restore(records)
  }

  /** The backend may have been wiped, or have held rows before: its keys are listed anew. */
  async restored(): Promise<void> {
    await this.rows.restored()
    const list: Listed[] = []
    for await (const [key] of this.rows.entries()) list.push({ order: String(this.rows.identity(key)), key })
    this.list = list
  }

  close(): void {
    this.rows.close()
  }

  private insert(listed: Listed): void {
    this.list.splice(this.indexOf(listed.order), 0, listed)
  }

  /** Where a key is, or belongs. From the end: mostly the latest is meant. */
  private indexOf(order: string): number {
    const { list } = this
    let low = 0
    let high = list.length
    if (high > 0 && list[high - 1]!.order < order) return high
    while (low < high) {
      const middle = (low + high) >>> 1
      if (list[middle]!.order < order) low = middle + 1
      else high = middle
    }
    return low
  }
}
