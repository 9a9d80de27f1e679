/**
 * Reads from the files what readers will ask for next, while they are busy with what they were given.
 *
 * A reader that goes on where an earlier read of the files ended is taken to go on further, so what follows is read, and
 * held against its checksums, before it is asked for: its answer then costs no more than writing it to the socket.
 *
 *   expected --(a read begins there)--> gone; where that read ends is a place of its own: wanted
 *   wanted ----(nothing else to do)---> ready, in memory of the pool
 *   ready -----(a read begins there)--> gone, its memory is the reader's
 *     |-----(not asked for in time, the room is needed, the files changed)--> gone, its memory is the pool's
 *
 * A first read, or one from somewhere else, is only remembered (expected): a reader that jumps about has nothing read ahead.
 * All of it is bounded: places by log, memory and places that wait for all logs together.
 */
import type { Clock, Timer } from '../../src/base/clock.ts'
import { trimBatches, type FilePlace, type FoundBatches, type ReadRange } from './log-read.ts'
import type { RecordMemory } from './log-types.ts'

/** Memory that what was read ahead lies in until it is asked for. */
export interface AheadMemory {
  take(bytes: number): Uint8Array
  give(memory: Uint8Array): void
}

export interface ReadAheadOptions {
  readonly clock: Clock
  readonly memory: AheadMemory
  /** What may be ready at a time. Default 16 MiB. */
  readonly bytesMax?: number
  /** How long it waits to be asked for. Default 1 s. */
  readonly keptMs?: number
  /** Nothing is read ahead of a reader that was given less. Default 64 KiB: that is made in next to no time. */
  readonly worthBytesMin?: number
}

/** Readers of one log that are followed at a time; beyond it, the one that was last heard of longest ago is forgotten. */
const placesMax = 8
/** Reads that wait for their turn; a reader that finds no room is served when it asks. */
const wantedMax = 64

/** Read in one turn: four partitions of a consumer's usual asking. */
const turnBytesMax = 4 << 20

/** Where a reader is expected to go on. */
interface Place {
  readonly offset: number
  /** Where in the files that is, if it is known. */
  readonly from: FilePlace | undefined
  /** Reads what is there; undefined where nothing is to be read ahead. */
  readonly fill: ((memory: RecordMemory) => FoundBatches) | undefined
  ready:
    | { readonly found: FoundBatches; readonly taken: readonly Uint8Array[]; readonly bytes: number }
    | undefined
  isGone: boolean
}

/** What all logs of a data directory share. */
export class ReadAhead {
  readonly worthBytesMin: number
  readonly #clock: Clock
  readonly #memory: AheadMemory
  readonly #bytesMax: number
  readonly #keptMs: number
  readonly #wanted: Place[] = []
  /** In the order in which they became so, with the time of it. */
  readonly #ready = new Map<Place, number>()
  #readyBytes = 0
  #hasTurn = false
  #expiry: Timer | undefined

  constructor({
    clock,
    memory,
    bytesMax = 16 << 20,
    keptMs = 1000,
    worthBytesMin = 64 * 1024,
  }: ReadAheadOptions) {
    this.worthBytesMin = worthBytesMin
    this.#clock = clock
    this.#memory = memory
    this.#bytesMax = bytesMax
    this.#keptMs = keptMs
  }

  /** Bytes of memory that are ready. */
  get readyBytes(): number {
    return this.#readyBytes
  }

  /** Has the place filled when its turn comes: answers and requests go before it. */
  want(place: Place): void {
    if (this.#wanted.length >= wantedMax) return
    this.#wanted.push(place)
    if (!this.#hasTurn) this.#nextTurn()
  }

  /** The place is no more: what was ready there is handed to `reader`, or goes back to the pool. */
  leave(place: Place, reader?: RecordMemory): FoundBatches | undefined {
    place.isGone = true
    const { ready } = place
    if (ready === undefined) return undefined
    place.ready = undefined
    this.#ready.delete(place)
    this.#readyBytes -= ready.bytes
    for (const memory of ready.taken) {
      if (reader === undefined) this.#memory.give(memory)
      else reader.adopt(memory)
    }
    return ready.found
  }

  /** Nothing is left running if nothing is ready. While readers go on, their timer does: to set it anew each time costs. */
  settle(): void {
    if (this.#ready.size > 0) return
    this.#expiry?.cancel()
    this.#expiry = undefined
  }

  #nextTurn(): void {
    this.#hasTurn = true
    this.#clock.setTimer(0, () => this.#takeTurn())
  }

  /** Fills what is wanted, but no more at a time than takes a millisecond or two. */
  #takeTurn(): void {
    this.#hasTurn = false
    let bytes = 0
    while (bytes < turnBytesMax) {
      const place = this.#wanted.shift()
      if (place === undefined) break
      if (!place.isGone) bytes += this.#fill(place)
    }
    if (this.#wanted.length > 0) this.#nextTurn()
    for (const oldest of this.#ready.keys()) {
      if (this.#readyBytes <= this.#bytesMax) break
      this.leave(oldest)
    }
    if (this.#ready.size > 0) this.#expiry ??= this.#clock.setTimer(this.#keptMs, () => this.#expire())
  }

  /** Answers how much memory that took. */
  #fill(place: Place): number {
    const taken: Uint8Array[] = []
    const memory = {
      take: (bytes: number) => {
        const room = this.#memory.take(bytes)
        taken.push(room)
        return room
      },
      adopt: (room: Uint8Array) => void taken.push(room),
    }
    let found: FoundBatches | undefined
    try {
      found = place.fill?.(memory)
    } catch {
      // Whoever asks for it is told: the read is made again then.
    }
    const bytes = taken.reduce((sum, room) => sum + room.buffer.byteLength, 0)
    if (found === undefined || found.bytes.length === 0) {
      for (const room of taken) this.#memory.give(room)
    } else {
      place.ready = { found, taken, bytes }
      this.#ready.set(place, this.#clock.monotonic())
      this.#readyBytes += bytes
    }
    return bytes
  }

  #expire(): void {
    this.#expiry = undefined
    const now = this.#clock.monotonic()
    for (const [place, since] of this.#ready) {
      if (since + this.#keptMs > now) break
      this.leave(place)
    }
    const [oldest] = this.#ready.values()
    if (oldest === undefined) return
    this.#expiry = this.#clock.setTimer(oldest + this.#keptMs - now, () => this.#expire())
  }
}

/** Where a log's batches are. */
export interface AheadSource {
  readonly files: (range: ReadRange) => FoundBatches
  /** From this offset on there is nothing, or it is in memory. */
  readonly until: number
}

/** The readers of one log, and what is read ahead for them. */
export class LogReadAhead {
  readonly #shared: ReadAhead
  /** In order of their readers' last reads. */
  #places: Place[] = []

  constructor(shared: ReadAhead) {
    this.#shared = shared
  }

  /**
   * What is ready for a reader at the start of the range, which may be less than there is, else what `files` answers. What
   * follows it is read ahead, if it lies before `until`.
   */
  read(range: ReadRange, { files, until }: AheadSource): FoundBatches {
    const { memory } = range
    if (memory === undefined) return files(range)
    const index = this.#places.findIndex(({ offset }) => offset === range.offset)
    const place = index < 0 ? undefined : this.#places.splice(index, 1)[0]
    const ready = place && this.#shared.leave(place, memory)
    const found = ready === undefined ? files({ ...range, from: place?.from }) : wanted(ready, range)
    const { bytes, nextOffset: offset, after: from, isLent } = found
    if (bytes.length < this.#shared.worthBytesMin || offset >= until) return found
    // What follows bytes that were not read is not read either, as a rule.
    const reads = place !== undefined && isLent !== true
    this.#expect({
      offset,
      from,
      fill: reads ? own => files({ ...range, offset, from, memory: own }) : undefined,
    })
    return found
  }

  /** Forgets all readers: what was read for them may not be what the files hold now. */
  clear(): void {
    for (const place of this.#places) this.#shared.leave(place)
    this.#places = []
    this.#shared.settle()
  }

  #expect({ offset, from, fill }: Pick<Place, 'offset' | 'from' | 'fill'>): void {
    const place: Place = { offset, from, fill, ready: undefined, isGone: false }
    this.#places.push(place)
    if (this.#places.length > placesMax) this.#shared.leave(this.#places.shift()!)
    if (fill !== undefined) this.#shared.want(place)
  }
}

/** What the reader asked for of what was read ahead of it, mostly all. */
function wanted(ready: FoundBatches, range: ReadRange): FoundBatches {
  const { bytes, nextOffset } = trimBatches(ready.bytes, range)
  return { bytes, nextOffset, after: nextOffset === ready.nextOffset ? ready.after : undefined }
}
