/**
 * One LevelDB per task: its stores side by side, each under its own prefix, and how far each of them stands.
 *
 *   0x00 'format'              → format version, 1 byte
 *   0x00 'prefix:' store       → the store's prefix, 2 bytes
 *   0x00 'changelog:' store    → JSON { topicId, offset }: every changelog record below `offset` is in the store
 *   0x01 prefix(2) key         → entry of a store
 *
 * Invariant: a store's entries and its changelog offset change in the same atomic batch, so whenever the process
 * dies, the store equals its changelog up to exactly that offset (DESIGN 4).
 */
import { StreamsError } from '../../src/base/errors.ts'
import { utf8Bytes, utf8Slice } from '../../src/base/text.ts'
import type { BytesWrite, OrderedBytes } from '../../src/state/ordered-bytes.ts'

const formatVersion = 1

/** What part of its changelog a store holds. */
export interface ChangelogPosition {
  readonly topicId: string
  /** The first changelog offset that is not in the store. */
  readonly offset: number
}

export class TaskDatabase {
  readonly bytes: OrderedBytes
  readonly #prefixes: Map<string, number>
  readonly #positions: Map<string, ChangelogPosition>

  private constructor(
    bytes: OrderedBytes,
    prefixes: Map<string, number>,
    positions: Map<string, ChangelogPosition>,
  ) {
    this.bytes = bytes
    this.#prefixes = prefixes
    this.#positions = positions
  }

  /** Reads what the database says of itself. MR-4006 for one that a newer version has written. */
  static async open(bytes: OrderedBytes, where: string): Promise<TaskDatabase> {
    const prefixes = new Map<string, number>()
    const positions = new Map<string, ChangelogPosition>()
    const version = bytes.get(metaKey('format'))?.[0]
    if (version === undefined)
      await bytes.write([{ key: metaKey('format'), value: Uint8Array.of(formatVersion) }])
    else if (version !== formatVersion) throw newerFormat(version, where)
    for await (const chunk of bytes.range({ from: Uint8Array.of(0), to: Uint8Array.of(1) }))
      for (const [key, value] of chunk) {
        const name = utf8Slice(key, 1, key.length)
        if (name.startsWith('prefix:')) prefixes.set(name.slice(7), (value[0]! << 8) | value[1]!)
        else if (name.startsWith('changelog:'))
          positions.set(name.slice(10), JSON.parse(utf8Slice(value, 0, value.length)) as ChangelogPosition)
      }
    return new TaskDatabase(bytes, prefixes, positions)
  }

  /** The prefix of a store's keys, allotted at its first use and kept for good. */
  async prefixOf(store: string): Promise<Uint8Array> {
    let prefix = this.#prefixes.get(store)
    if (prefix === undefined) {
      prefix = Math.max(-1, ...this.#prefixes.values()) + 1
      const value = Uint8Array.of(prefix >> 8, prefix & 0xff)
      await this.bytes.write([{ key: metaKey(`prefix:${store}`), value }])
      this.#prefixes.set(store, prefix)
    }
    return Uint8Array.of(1, prefix >> 8, prefix & 0xff)
  }

  /** How far the store stands, or `undefined` for a new one. */
  positionOf(store: string): ChangelogPosition | undefined {
    return this.#positions.get(store)
  }

  /** The write that says how far a store stands, to go into the batch of the store's own entries. */
  positionWrite(store: string, position: ChangelogPosition): BytesWrite {
    this.#positions.set(store, position)
    return { key: metaKey(`changelog:${store}`), value: utf8Bytes(JSON.stringify(position)) }
  }

  /** Empties a store that no longer stands for its changelog, and forgets its position. */
  async wipe(store: string): Promise<void> {
    const prefix = await this.prefixOf(store)
    // The position first: a crash in between leaves entries that a full restore overwrites and deletes none of,
    // so the range is cleared again whenever a store has no position (see `StoreRestore`).
    this.#positions.delete(store)
    await this.bytes.write([{ key: metaKey(`changelog:${store}`), value: null }])
    await this.bytes.clear({ from: prefix, to: after(prefix) })
  }

  close(): Promise<void> {
    return this.bytes.close()
  }
}

function metaKey(name: string): Uint8Array {
  return utf8Bytes(`\0${name}`)
}

/** The least key above every key with this prefix. */
function after(prefix: Uint8Array): Uint8Array {
  const end = prefix.slice()
  let last = end.length - 1
  while (end[last] === 0xff) last -= 1
  end[last]! += 1
  return end.subarray(0, last + 1)
}

function newerFormat(version: number, where: string): StreamsError {
  return new StreamsError('MR-4006', {
    what: `The state was written in format ${version}; this version of Millrace reads format ${formatVersion}`,
    where,
    why: 'A newer version of Millrace has used this state directory.',
    fix: 'Run that version or a later one, or delete the directory: it is restored from the changelogs.',
  })
}
