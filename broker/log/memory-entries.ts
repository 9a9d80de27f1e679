/** Files and directories of `MemoryFiles`: each as the process sees it and as a power cut would leave it. */
import { randomIndex, type Random } from '../../src/base/random.ts'

export type MemoryEntry = MemoryFile | MemoryDirectory

/** Disks write whole sectors; a torn write has some of them. */
const sectorBytes = 512

export class MemoryFile {
  bytes = new Uint8Array(64)
  length = 0
  modifiedMs: number
  /** Counts writes and truncations. */
  changes = 0
  #durable: Uint8Array = new Uint8Array(0)

  constructor(nowMs: number) {
    this.modifiedMs = nowMs
  }

  write(source: Uint8Array, position: number, nowMs: number): void {
    const end = position + source.length
    if (end > this.bytes.length) {
      const grown = new Uint8Array(Math.max(end, this.bytes.length * 2))
      grown.set(this.bytes.subarray(0, this.length))
      this.bytes = grown
    }
    this.bytes.set(source, position)
    this.length = Math.max(this.length, end)
    this.modifiedMs = nowMs
    this.changes++
  }

  truncate(sizeInBytes: number, nowMs: number): void {
    if (sizeInBytes > this.length) this.write(new Uint8Array(sizeInBytes - this.length), this.length, nowMs)
    this.bytes.fill(0, sizeInBytes, this.length)
    this.length = sizeInBytes
    this.modifiedMs = nowMs
    this.changes++
  }

  sync(): void {
    // Appended to: only what is new has to be copied, or a log that is synced often would cost its square.
    if (this.#durable.length === this.length) {
      this.#durable.set(this.bytes.subarray(0, this.length))
    } else {
      this.#durable = this.bytes.slice(0, this.length)
    }
  }

  /** With `random`, each unsynced sector and the size are the old or the new; without, all is as last synced. */
  crash(random: Random | undefined): void {
    const [seen, durable] = [this.bytes.slice(0, this.length), this.#durable]
    const length =
      random === undefined
        ? durable.length
        : Math.min(durable.length, seen.length) +
          randomIndex(random, Math.abs(durable.length - seen.length) + 1)
    const left = new Uint8Array(length)
    left.set(durable.subarray(0, length))
    if (random !== undefined) {
      for (let at = 0; at < length; at += sectorBytes) {
        if (random.next() < 0.5) left.set(seen.subarray(at, Math.min(at + sectorBytes, length)), at)
      }
    }
    this.bytes = left
    this.length = length
    this.#durable = left.slice()
  }
}

type Entries = Map<string, MemoryEntry>

export class MemoryDirectory {
  readonly entries: Entries = new Map()
  readonly #durable: Entries = new Map()
  #pending: ((entries: Entries) => void)[] = []

  change(change: (entries: Entries) => void): void {
    change(this.entries)
    this.#pending.push(change)
  }

  sync(): void {
    for (const change of this.#pending) change(this.#durable)
    this.#pending = []
  }

  /** With `random`, a random number of the first unsynced changes survive; without, none. */
  crash(random: Random | undefined): void {
    const survivors = random === undefined ? 0 : randomIndex(random, this.#pending.length + 1)
    for (const change of this.#pending.slice(0, survivors)) change(this.#durable)
    this.#pending = []
    this.entries.clear()
    for (const [name, entry] of this.#durable) {
      this.entries.set(name, entry)
      entry.crash(random)
    }
  }

  sizeInBytes(): number {
    let sum = 0
    for (const entry of this.entries.values()) {
      sum += entry instanceof MemoryFile ? entry.length : entry.sizeInBytes()
    }
    return sum
  }
}
