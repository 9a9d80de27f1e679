/**
 * The LevelDB backend of a task's stores: `OrderedBytes` over the `level` package.
 *
 * Point reads are synchronous (2 µs, where an awaited one costs 15); batches and ranges are asynchronous and run
 * on LevelDB's own thread. A batch is written to LevelDB's log without fsync: it survives the process, and what a
 * power cut takes away the changelog gives back (the checkpoint offset is in the same batch).
 *
 * LevelDB locks its folder with the kernel's help, so a second process is refused and a killed one leaves no stale lock.
 */
import { Level } from 'level'
import { StreamsError } from '../../src/base/errors.ts'
import type { BytesRange, BytesWrite, OrderedBytes } from '../../src/state/ordered-bytes.ts'
import { storageError } from './storage-error.ts'

/** Bytes that one step of a range scan asks LevelDB for; bounds what a scan holds in memory. */
const scanBytes = 256 * 1024
/** Entries that one step of a range scan returns at most. */
const scanEntries = 1000

export interface LevelBytesOptions {
  /** LevelDB's block cache, bytes. Default 32 MiB. */
  readonly cacheBytes?: number
  /** LevelDB's memtable, bytes; two may exist for a moment. Default 16 MiB. */
  readonly writeBufferBytes?: number
}

export class LevelBytes implements OrderedBytes {
  readonly #level: Level<Uint8Array, Uint8Array>
  readonly #location: string
  readonly #writing = new Set<Promise<void>>()
  #closing: Promise<void> | undefined

  private constructor(level: Level<Uint8Array, Uint8Array>, location: string) {
    this.#level = level
    this.#location = location
  }

  /** Opens the database in `location`, which is made if absent. MR-4001 when another process has it open. */
  static async open(location: string, options: LevelBytesOptions = {}): Promise<LevelBytes> {
    const level = new Level<Uint8Array, Uint8Array>(location, {
      keyEncoding: 'view',
      valueEncoding: 'view',
      cacheSize: options.cacheBytes ?? 32 * 1024 * 1024,
      writeBufferSize: options.writeBufferBytes ?? 16 * 1024 * 1024,
    })
    try {
      await level.open()
    } catch (error) {
      throw openError(error, location)
    }
    return new LevelBytes(level, location)
  }

  get(key: Uint8Array): Uint8Array | undefined {
    return this.#level.getSync(key)
  }

  write(writes: readonly BytesWrite[]): Promise<void> {
    if (writes.length === 0) return Promise.resolve()
    const batch = this.#level.batch()
    for (const { key, value } of writes) {
      if (value === null) batch.del(key)
      else batch.put(key, value)
    }
    return this.#track(batch.write())
  }

  async *range(range: BytesRange): AsyncIterable<readonly (readonly [Uint8Array, Uint8Array])[]> {
    const iterator = this.#level.iterator({ ...levelRange(range), highWaterMarkBytes: scanBytes })
    try {
      for (;;) {
        const entries = await iterator.nextv(scanEntries)
        if (entries.length === 0) return
        yield entries
      }
    } finally {
      await iterator.close()
    }
  }

  clear(range: BytesRange): Promise<void> {
    return this.#track(this.#level.clear(levelRange(range)))
  }

  close(): Promise<void> {
    this.#closing ??= Promise.allSettled(this.#writing).then(() => this.#level.close())
    return this.#closing
  }

  async #track(operation: Promise<void>): Promise<void> {
    const settled = operation.catch((error: unknown) => {
      throw storageError(error, `writing the state in ${this.#location}`)
    })
    this.#writing.add(settled)
    try {
      await settled
    } finally {
      this.#writing.delete(settled)
    }
  }
}

function levelRange({ from, to, reverse }: BytesRange): {
  gte?: Uint8Array
  lt?: Uint8Array
  reverse?: boolean
} {
  return { ...(from && { gte: from }), ...(to && { lt: to }), ...(reverse !== undefined && { reverse }) }
}

/** Why LevelDB could not be opened, in our terms. */
function openError(error: unknown, location: string): StreamsError {
  const cause = (error as { cause?: { code?: string } }).cause
  if (cause?.code === 'LEVEL_LOCKED')
    return new StreamsError('MR-4001', {
      what: 'The state directory is in use by another process',
      where: location,
      why: 'Two processes that write one store would corrupt it.',
      fix: 'Stop the other process, or give this one its own stateDirectory.',
      cause,
    })
  return storageError(cause ?? error, `opening the state in ${location}`)
}
