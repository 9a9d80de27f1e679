/**
 * The store of records that wait for a match: a key-value store whose keys are in memory too, in their order.
 *
 * Joins go through the earliest records at nearly every step and cannot wait for a range of the backend, so the keys are
 * listed here; values stay in the store. What is listed is what the join's window still holds and has no match: the join
 * releases a record when no match can come any more. Of a million such records whose keys have 12 bytes, each takes 60
 * bytes of memory, its value none once it is committed, and one that goes moves few others. `undo` has what the list has
 * gained and lost since the last `apply`, for `discard`.
 */
import { latin1Bytes, latin1Slice } from '../base/text.ts'
import type { Serde } from '../serdes/serde.ts'
import type { HeldRecordStoreDefinition } from './definition.ts'
import type { HeldKey, HeldKeySerde, HeldValue } from './held-serde.ts'
import { OverlayKeyValueStore } from './key-value-store.ts'
import type { BytesWrite, OrderedBytes } from './ordered-bytes.ts'
import { SortedTexts } from './sorted-texts.ts'
import type { ChangelogRecord, ChangelogSink, StateStore } from './store.ts'

interface Step {
  /** The bytes of a key as text. */
  readonly text: string
  readonly added: boolean
}

/** A key of the list; what the application's serde reads of it is read when it is asked for. */
class ListedKey implements HeldKey {
  readonly text: string
  readonly timestamp: number
  readonly left: boolean
  private readonly bytes: Uint8Array
  private readonly serde: HeldKeySerde

  constructor(text: string, serde: HeldKeySerde) {
    this.text = text
    this.bytes = latin1Bytes(text)
    this.serde = serde
    const { timestamp, left } = serde.headOf(this.bytes)
    this.timestamp = timestamp
    this.left = left
  }

  get key(): unknown {
    return this.serde.deserialize(this.bytes).key
  }

  get number(): number | undefined {
    return this.serde.deserialize(this.bytes).number
  }
}

export class HeldRecordStore implements StateStore {
  readonly name: string
  private readonly keySerde: HeldKeySerde
  private readonly rows: OverlayKeyValueStore<HeldKey, readonly HeldValue[]>
  private readonly listed = new SortedTexts()
  private undoLive: Step[] = []
  private undoStaged: Step[] = []

  constructor(
    definition: HeldRecordStoreDefinition,
    backend: OrderedBytes,
    prefix: Uint8Array,
    residentEntriesMax: number,
  ) {
    this.name = definition.name
    this.keySerde = definition.keySerde as HeldKeySerde
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
    const text = this.textOf(key)
    if (this.listed.add(text)) this.undoLive.push({ text, added: true })
  }

  /**
   * Lets go of everything that is held under the key, if anything is; `timestamp` is that of the record that causes it,
   * by default the key's own.
   */
  release(key: HeldKey, timestamp = key.timestamp): void {
    const text = this.textOf(key)
    if (!this.listed.delete(text)) return
    this.rows.put(key, undefined, timestamp)
    this.undoLive.push({ text, added: false })
  }

  /** The values under a key, in the order of their arrival. */
  valuesOf(key: HeldKey): readonly HeldValue[] {
    return this.rows.get(key) ?? []
  }

  /** The keys in the order of their bytes: by time, right before left, then by the key's own. Nothing may be held or released meanwhile. */
  *keys(): Generator<HeldKey, void, undefined> {
    for (const text of this.listed.between()) yield new ListedKey(text, this.keySerde)
  }

  /** The first of the keys, if anything is held. */
  first(): HeldKey | undefined {
    const text = this.listed.first()
    return text === undefined ? undefined : new ListedKey(text, this.keySerde)
  }

  stage(changelog: ChangelogSink): void {
    this.rows.stage(changelog)
    for (const step of this.undoLive) this.undoStaged.push(step)
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
    for (const { text, added } of [...this.undoStaged, ...this.undoLive].reverse()) {
      if (added) this.listed.delete(text)
      else this.listed.add(text)
    }
    this.undoLive = []
    this.undoStaged = []
  }

  restore(records: readonly ChangelogRecord[]): readonly BytesWrite[] {
    for (const { key, value } of records) {
      if (value === null) this.listed.delete(latin1Slice(key))
      else this.listed.add(latin1Slice(key))
    }
    return this.rows.restore(records)
  }

  /** The backend may have been wiped, or have held rows before: its keys are listed anew. */
  async restored(): Promise<void> {
    await this.rows.restored()
    this.listed.clear()
    for await (const [key] of this.rows.entries()) this.listed.add(this.textOf(key))
  }

  close(): void {
    this.rows.close()
  }

  private textOf(key: HeldKey): string {
    return key instanceof ListedKey ? key.text : latin1Slice(this.keySerde.serialize(key))
  }
}
