/**
 * The records on their way out of a producer: how many bytes they hold, which flushes wait for them, and their memory.
 *
 * A batch belongs to a generation from the moment it is opened. A flush ends the generation and waits until no batch of
 * it, or of an older one, is left; records appended meanwhile are of the next generation and hold nothing up.
 */
import { assert } from '../../src/base/assert.ts'
import { deferred, type Deferred } from '../../src/base/deferred.ts'
import { BatchWriter } from '../../src/record/batch-writer.ts'

/** Memory of writers that is kept for reuse, as a part of the buffer; more is left to the garbage collector. */
const writersKeptPart = 0.25

interface FlushWaiter {
  readonly generation: number
  readonly done: Deferred<void>
}

export class SendBuffer {
  /** Bytes appended and not yet done with. Written by the partition queues. */
  bytes = 0
  readonly #bytesMax: number
  #generation = 0
  /** Batches not done with, by generation; generations ascend in order of insertion. */
  readonly #pending = new Map<number, number>()
  #flushes: FlushWaiter[] = []
  #writable: Deferred<void> | undefined
  readonly #writers: BatchWriter[] = []
  /** What the kept writers take. Their number says little: over many partitions they are small and many. */
  #keptBytes = 0

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax
  }

  get full(): boolean {
    return this.bytes >= this.#bytesMax
  }

  /** Whether no batch is open, waiting or under way. */
  get empty(): boolean {
    return this.#pending.size === 0
  }

  /** `undefined` while there is room. Once full, three quarters must be reached again, so that callers do not stutter. */
  whenWritable(): Promise<void> | undefined {
    if (this.#writable === undefined && this.full) this.#writable = deferred()
    return this.#writable?.promise
  }

  /** Counts a batch in; answers its generation. */
  opened(): number {
    const generation = this.#generation
    this.#pending.set(generation, (this.#pending.get(generation) ?? 0) + 1)
    return generation
  }

  /** Counts a batch out, however it ended. */
  done(generation: number, bytes: number): void {
    this.bytes -= bytes
    assert(this.bytes >= 0, 'a send buffer never gives back more bytes than it was given')
    const left = (this.#pending.get(generation) ?? 0) - 1
    assert(left >= 0, 'a batch is done with once')
    if (left > 0) this.#pending.set(generation, left)
    else this.#pending.delete(generation)
    if (left === 0) this.#settleFlushes()
    if (this.#writable !== undefined && this.bytes <= this.#bytesMax * 0.75) {
      this.#writable.resolve()
      this.#writable = undefined
    }
  }

  /** Resolves when every batch that is open now is done with. */
  flushed(): Promise<void> {
    const done = deferred()
    this.#flushes.push({ generation: this.#generation, done })
    this.#generation++
    this.#settleFlushes()
    return done.promise
  }

  takeWriter(): BatchWriter {
    const writer = this.#writers.pop()
    if (writer === undefined) return new BatchWriter()
    this.#keptBytes -= writer.memoryBytes
    return writer
  }

  returnWriter(writer: BatchWriter): void {
    writer.reset()
    if (this.#keptBytes + writer.memoryBytes > this.#bytesMax * writersKeptPart) return
    this.#keptBytes += writer.memoryBytes
    this.#writers.push(writer)
  }

  #settleFlushes(): void {
    if (this.#flushes.length === 0) return
    const [oldest = Infinity] = this.#pending.keys()
    this.#flushes = this.#flushes.filter(({ generation, done }) => {
      if (generation < oldest) done.resolve()
      return generation >= oldest
    })
  }
}
