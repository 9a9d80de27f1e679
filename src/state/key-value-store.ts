/**
 * The key-value store: decoded entries in memory over an `OrderedBytes` backend.
 *
 * Reading: the resident entry if there is one, else one synchronous point read, decoded and kept. Writing touches the
 * resident entry alone. An entry's way to disk is three lists:
 *
 *     put → live ──stage→ staged ──apply→ applying ──applied→ (backend has it)
 *            └─────────────┴── discard: the entry is forgotten, and read anew
 *
 * A value is serialised once per `stage`, with the last it had; bytes wait in `staged` and `applying` while records
 * of the next transaction may already change the entry. Entries in any list are pinned in memory, so a read never
 * needs a backend that lags behind. Rejected: one Map per generation, which costs a lookup per generation on
 * every miss of the newest.
 */
import { assert } from '../base/assert.ts'
import { ByteSink } from '../base/byte-sink.ts'
import { latin1Slice } from '../base/text.ts'
import type { KeyValueStoreDefinition } from './definition.ts'
import { keyIdentity } from './key-identity.ts'
import { KeyIndex, type KeyBounds } from './key-index.ts'
import { KeyLayout, after, afterPrefix, prefixed } from './key-layout.ts'
import { mergedEntries, type PendingEntry } from './merged-entries.ts'
import type { BytesWrite, OrderedBytes } from './ordered-bytes.ts'
import { ResidentMap, type ResidentEntry } from './resident-map.ts'
import type {
  ChangelogRecord,
  ChangelogSink,
  KeyIdentity,
  KeyRange,
  KeyValueStore,
  ValueAndTimestamp,
} from './store.ts'
import { serializeInto } from './serialize-into.ts'
import { appendTimestamp, backendValue, plainValue, timestampOf } from './timestamped.ts'

interface Entry<K, V> extends ResidentEntry {
  readonly key: K
  /** `undefined`: there is no such row. */
  row: ValueAndTimestamp<V> | undefined
  /** The time of the last write, for the changelog record of a delete. */
  timestamp: number
  /** Whether it is in `live`. */
  dirty: boolean
  /** Its write in `staged`: one at most, so that the last value wins wherever writes are looked at. */
  staged: PendingWrite<K, V> | undefined
}

/** A write that was serialised and that the backend does not have yet. */
interface PendingWrite<K, V> extends BytesWrite {
  entry: Entry<K, V>
  value: Uint8Array | null
}

export class OverlayKeyValueStore<K, V> implements KeyValueStore<K, V> {
  readonly name: string
  readonly identity: (key: K) => KeyIdentity
  protected readonly definition: KeyValueStoreDefinition<K, V>
  private readonly backend: OrderedBytes
  private readonly layout: KeyLayout<K>
  private readonly resident: ResidentMap<Entry<K, V>>
  private readonly scratch = new ByteSink(256)
  /** Of stores that are walked: backend keys of all rows. */
  private readonly index: KeyIndex | undefined
  private live: Entry<K, V>[] = []
  private staged: PendingWrite<K, V>[] = []
  private applying: PendingWrite<K, V>[] = []

  constructor(
    definition: KeyValueStoreDefinition<K, V>,
    backend: OrderedBytes,
    prefix: Uint8Array,
    residentEntriesMax: number,
  ) {
    this.name = definition.name
    this.definition = definition
    this.backend = backend
    this.layout = new KeyLayout(definition.keySerde, prefix)
    this.identity = keyIdentity(definition.keySerde)
    this.resident = new ResidentMap(residentEntriesMax)
    this.index = definition.walkable === true ? new KeyIndex() : undefined
  }

  get(key: K): V | undefined {
    return this.entryOf(key).row?.value
  }

  getWithTimestamp(key: K): ValueAndTimestamp<V> | undefined {
    return this.entryOf(key).row
  }

  put(key: K, value: V | undefined | null, timestamp: number): void {
    const id = this.identity(key)
    let entry = this.resident.get(id)
    if (entry === undefined) {
      // What the backend holds does not matter: it is replaced.
      entry = { id, key, row: undefined, timestamp, dirty: false, staged: undefined, pins: 0 }
      this.resident.set(entry)
    }
    const stored = this.definition.timestamped ? timestamp : -1
    const isListed = entry.row !== undefined
    entry.row = value === undefined || value === null ? undefined : { value, timestamp: stored }
    entry.timestamp = timestamp
    if (!isListed && entry.row !== undefined) this.index?.add(this.layout.lookup(key))
    if (entry.dirty) return
    entry.dirty = true
    entry.pins++
    this.live.push(entry)
  }

  delete(key: K, timestamp: number): V | undefined {
    const value = this.get(key)
    this.put(key, undefined, timestamp)
    return value
  }

  async *entries(
    range: { readonly from?: K; readonly to?: K; readonly reverse?: boolean } = {},
  ): AsyncIterable<readonly [K, V]> {
    const { keySerde, valueSerde, timestamped } = this.definition
    const { prefix } = this.layout
    const from = range.from === undefined ? prefix : this.layout.lookup(range.from).slice()
    const to = range.to === undefined ? afterPrefix(prefix) : after(this.layout.lookup(range.to))
    const reverse = range.reverse ?? false
    const pending = this.pendingEntries()
    const bounds = to === undefined ? { from, reverse } : { from, to, reverse }
    for await (const { key, bytes, held } of mergedEntries(this.backend, bounds, pending)) {
      if (held !== undefined) {
        yield [held.key, held.row!.value]
        continue
      }
      const value = valueSerde.deserialize(plainValue(bytes!, timestamped))
      yield [keySerde.deserialize(key.subarray(prefix.length)), value]
    }
  }

  walk(range: KeyRange<K> = {}): Iterable<readonly [K, V]> {
    if (this.index === undefined) throw new Error(`store '${this.name}' was not declared as one to be walked`)
    return this.rowsOf(this.index, this.index.list(this.boundsOf(range)))
  }

  private *rowsOf(index: KeyIndex, keys: readonly Uint8Array[]): Generator<readonly [K, V], void, undefined> {
    const { layout } = this
    for (const bytes of keys) {
      const key = this.definition.keySerde.deserialize(bytes.subarray(layout.prefix.length))
      const { row, pins } = this.entryOf(key)
      if (row !== undefined) yield [key, row.value]
      // Neither the backend nor any write under way has it.
      else if (pins === 0) index.delete(bytes)
    }
  }

  /** A range of typed keys as one of backend keys. */
  private boundsOf({ from, to, prefix, reverse }: KeyRange<K>): KeyBounds {
    const { layout } = this
    if (prefix !== undefined) {
      const first = prefixed(layout.prefix, prefix)
      return { from: first, to: afterPrefix(first), reverse }
    }
    return {
      from: from === undefined ? undefined : layout.lookup(from).slice(),
      to: to === undefined ? undefined : after(layout.lookup(to)),
      reverse,
    }
  }

  approximateCount(): number {
    const { prefix } = this.layout
    const to = afterPrefix(prefix)
    let count =
      this.backend.approximateCount?.(to === undefined ? { from: prefix } : { from: prefix, to }) ?? 0
    for (const entry of this.resident.values()) {
      if (entry.pins === 0) continue
      const before = this.backend.get(this.layout.lookup(entry.key)) !== undefined
      count += Number(entry.row !== undefined) - Number(before)
    }
    return count
  }

  stage(changelog: ChangelogSink): void {
    const { layout, scratch } = this
    const { valueSerde, timestamped, changelogHeaders } = this.definition
    for (const entry of this.live) {
      const { row, timestamp } = entry
      const key = entry.staged?.key ?? layout.lookup(entry.key).slice()
      const keyBytes = key.subarray(layout.prefix.length)
      let value: Uint8Array | null = null
      if (row === undefined) {
        changelog.append(keyBytes, null, timestamp)
      } else {
        scratch.reset()
        const valueStart = appendTimestamp(scratch, timestamp, timestamped)
        serializeInto(valueSerde, row.value, scratch)
        value = scratch.toBytes()
        const logged = valueStart === 0 ? value : value.subarray(valueStart)
        changelog.append(keyBytes, logged, timestamp, changelogHeaders)
      }
      entry.dirty = false
      if (entry.staged === undefined) {
        // The pin passes from `live` to `staged`.
        entry.staged = { entry, key, value }
        this.staged.push(entry.staged)
      } else {
        entry.staged.value = value
        entry.pins--
      }
    }
    this.live = []
  }

  apply(): readonly BytesWrite[] {
    assert(this.applying.length === 0, `store '${this.name}': apply before the last batch was applied`)
    this.applying = this.staged
    this.staged = []
    for (const { entry } of this.applying) entry.staged = undefined
    return this.applying
  }

  applied(): void {
    for (const { entry, key, value } of this.applying) {
      entry.pins--
      // Neither the backend nor any write under way has it.
      if (value === null && entry.pins === 0) this.index?.delete(key)
    }
    this.applying = []
  }

  discard(): void {
    for (const entry of this.live) this.forget(entry)
    for (const { entry } of this.staged) this.forget(entry)
    this.live = []
    this.staged = []
    // What was committed and is still on its way to the backend must not be lost with what came after it.
    for (const write of this.applying) {
      if (this.resident.get(write.entry.id) !== undefined) continue
      const row = this.decode(write.value ?? undefined)
      const timestamp = row?.timestamp ?? -1
      write.entry = { ...write.entry, row, timestamp, dirty: false, staged: undefined, pins: 1 }
      this.resident.set(write.entry)
    }
  }

  restore(records: readonly ChangelogRecord[]): readonly BytesWrite[] {
    const { timestamped } = this.definition
    this.resident.evictUnpinned()
    for (const { key, value } of records)
      if (value !== null) this.index?.add(prefixed(this.layout.prefix, key))
    return records.map(({ key, value, timestamp }) => ({
      key: prefixed(this.layout.prefix, key),
      value: value === null ? null : backendValue(value, timestamp, timestamped),
    }))
  }

  /** The backend may have been wiped, or have held rows before: its keys are listed anew. */
  async restored(): Promise<void> {
    const { index } = this
    if (index === undefined) return
    index.clear()
    const { prefix } = this.layout
    const to = afterPrefix(prefix)
    const range = to === undefined ? { from: prefix } : { from: prefix, to }
    for await (const chunk of this.backend.range(range)) for (const [key] of chunk) index.add(key)
  }

  close(): void {
    this.live = []
    this.staged = []
    this.applying = []
  }

  private entryOf(key: K): Entry<K, V> {
    const id = this.identity(key)
    const resident = this.resident.get(id)
    if (resident !== undefined) return resident
    const row = this.decode(this.backend.get(this.layout.lookup(key)))
    const entry: Entry<K, V> = {
      id,
      key,
      row,
      timestamp: row?.timestamp ?? -1,
      dirty: false,
      staged: undefined,
      pins: 0,
    }
    this.resident.set(entry)
    return entry
  }

  private decode(bytes: Uint8Array | undefined): ValueAndTimestamp<V> | undefined {
    if (bytes === undefined) return undefined
    const { valueSerde, timestamped } = this.definition
    const value = valueSerde.deserialize(plainValue(bytes, timestamped))
    return { value, timestamp: timestampOf(bytes, timestamped) }
  }

  private forget(entry: Entry<K, V>): void {
    entry.dirty = false
    entry.staged = undefined
    entry.pins = 0
    this.resident.delete(entry.id)
  }

  private pendingEntries(): readonly PendingEntry<Entry<K, V>>[] {
    const pending: PendingEntry<Entry<K, V>>[] = []
    for (const entry of this.resident.values()) {
      if (entry.pins === 0) continue
      const key = this.layout.lookup(entry.key).slice()
      // A copy: the scan sees the entry as it is now, whatever is put while it runs.
      pending.push({ key, order: latin1Slice(key), held: entry.row === undefined ? undefined : { ...entry } })
    }
    return pending
  }
}
