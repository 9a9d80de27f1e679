/** A store under test with what a task does to it, and its contents as lines of text. */
import { readInt32 } from '../../src/base/bytes.ts'
import { utf8Slice } from '../../src/base/text.ts'
import { json } from '../../src/serdes/json.ts'
import { string } from '../../src/serdes/primitives.ts'
import { splitWindowChangelogKey } from '../../src/state/key-layout.ts'
import { openStore, type OpenStoreOptions } from '../../src/state/open-store.ts'
import type { OrderedBytes } from '../../src/state/ordered-bytes.ts'
import type {
  ChangelogRecord,
  KeyValueStore,
  StateStore,
  SessionStore,
  VersionedStore,
  WindowStore,
} from '../../src/state/store.ts'

interface HarnessOptions extends OpenStoreOptions {
  readonly prefix?: Uint8Array
}

/** The parts of a window's changelog key as text: `key@start#sequence`. */
export function windowKeyText(bytes: Uint8Array): string {
  const { keyBytes, start } = splitWindowChangelogKey(bytes)
  return `${utf8Slice(keyBytes)}@${start}#${readInt32(bytes, bytes.length - 4)}`
}

export class StoreHarness<S extends StateStore> {
  readonly store: S
  /** Every record that was ever sent to the changelog. */
  readonly changelog: ChangelogRecord[] = []
  private readonly backend: OrderedBytes

  private constructor(store: StateStore, backend: OrderedBytes) {
    this.store = store as S
    this.backend = backend
  }

  static keyValue(
    backend: OrderedBytes,
    { prefix = Uint8Array.of(1), ...options }: HarnessOptions = {},
  ): StoreHarness<KeyValueStore<string, { n: number }>> {
    const serdes = { keySerde: string() as never, valueSerde: json() as never, timestamped: true }
    return new StoreHarness(
      openStore({ kind: 'key-value', name: 'kv', walkable: true, ...serdes }, backend, prefix, options),
      backend,
    )
  }

  static window(
    backend: OrderedBytes,
    { prefix = Uint8Array.of(1), ...options }: HarnessOptions = {},
  ): StoreHarness<WindowStore<string, number>> {
    const serdes = { keySerde: string() as never, valueSerde: json() as never, timestamped: true }
    const definition = {
      kind: 'window',
      name: 'w',
      windowSizeMs: 10,
      retentionMs: 200_000,
      ...serdes,
    } as const
    return new StoreHarness(openStore(definition, backend, prefix, options), backend)
  }

  static session(
    backend: OrderedBytes,
    { prefix = Uint8Array.of(1), ...options }: HarnessOptions = {},
  ): StoreHarness<SessionStore<string, number>> {
    const serdes = { keySerde: string() as never, valueSerde: json() as never, timestamped: false }
    const definition = { kind: 'session', name: 's', retentionMs: 200_000, ...serdes } as const
    return new StoreHarness(openStore(definition, backend, prefix, options), backend)
  }

  static versioned(
    backend: OrderedBytes,
    {
      prefix = Uint8Array.of(1),
      segmentIntervalMs = 20,
      ...options
    }: HarnessOptions & { readonly segmentIntervalMs?: number } = {},
  ): StoreHarness<VersionedStore<string, number>> {
    const serdes = { keySerde: string() as never, valueSerde: json() as never, timestamped: true }
    const definition = { kind: 'versioned', name: 'v', historyMs: 100, segmentIntervalMs, ...serdes } as const
    return new StoreHarness(openStore(definition, backend, prefix, options), backend)
  }

  /** Stages, and answers the changelog records as `key=value@timestamp`. */
  readonly stage = (keyText: (bytes: Uint8Array) => string = bytes => utf8Slice(bytes)): string[] => {
    const lines: string[] = []
    this.store.stage({
      append: (key, value, timestamp) => {
        const offset = this.changelog.length
        this.changelog.push({
          key: key.slice(),
          value: value === null ? null : value.slice(),
          timestamp,
          offset,
        })
        lines.push(`${keyText(key)}=${value === null ? 'null' : utf8Slice(value)}@${timestamp}`)
      },
    })
    return lines
  }

  async commit(): Promise<void> {
    this.stage()
    await this.backend.write(this.store.apply())
    this.store.applied()
  }

  /** Entries of the store as text. */
  async list(range?: object): Promise<string[]> {
    const lines: string[] = []
    const entries = (this.store as unknown as KeyValueStore<string, unknown>).entries(range)
    for await (const [key, found] of entries) lines.push(line(key, found))
    return lines
  }

  /** Entries of the backend, all stores together. */
  async rawCount(): Promise<number> {
    let count = 0
    for await (const chunk of this.backend.range({})) count += chunk.length
    return count
  }
}

function line(key: string, found: unknown): string {
  const { n, start, timestamp, value } = found as Partial<Record<string, number>>
  return n === undefined ? `${key}@${start ?? timestamp}=${value}` : `${key}=${n}`
}
