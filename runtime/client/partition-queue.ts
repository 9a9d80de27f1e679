/**
 * One partition's way out of a producer: an open batch that appends go into, sealed ones that wait, and those under way.
 *
 * `append` is the hot path: it writes straight into the open batch, and neither allocates nor waits.
 */
import { assert } from '../../src/base/assert.ts'
import type { Headers } from '../../src/record/record.ts'
import { addToSequence, batchHeaderBytes } from '../../src/record/batch-format.ts'
import { recordBytesMax, type BatchWriter } from '../../src/record/batch-writer.ts'
import type { CodecId } from '../../src/record/compression.ts'
import { OutgoingBatch } from './outgoing-batch.ts'
import type { SendBuffer } from './send-buffer.ts'

/** Appends to one partition: what a sink keeps, so that no lookup is needed per record. */
export interface PartitionAppender {
  readonly topic: string
  readonly partition: number
  /** Copies the bytes into the open batch. Never waits; see `Producer.whenWritable`. */
  append(key: Uint8Array | null, value: Uint8Array | null, timestamp: number, headers: Headers): void
}

/** What the queues of a producer share. */
export interface QueueOwner {
  readonly buffer: SendBuffer
  readonly batchBytesMax: number
  /** A queue is about to open a batch. Throws if records may not be appended now. Answers the monotonic time. */
  opening(): number
  /** A queue has a batch that waits. */
  sealed(queue: PartitionQueue): void
}

/** Who the producer is now; see identity.ts. */
export interface QueueIdentity {
  readonly producerId: number
  readonly producerEpoch: number
}

/** What a record takes besides key, value and headers, at most. */
const recordOverheadMax = recordBytesMax(null, null)

export class PartitionQueue implements PartitionAppender {
  readonly topic: string
  readonly partition: number
  /** Sealed batches in order. Those that are sent again stand first. */
  readonly waiting: OutgoingBatch[] = []
  /** Batches under way, in order. */
  readonly inFlight: OutgoingBatch[] = []
  /** Not to be sent from before this, on the monotonic clock. */
  retryAtMs = -Infinity
  /** Whether what was sent last has an unknown or failed end, so that its sequence must never be continued. */
  renumbering = false
  /**
   * Whether the broker has acknowledged a batch of this producer id, so that it knows which sequence comes next. Before,
   * it takes any (semantics G10), and a second batch could overtake a first that was refused for now.
   */
  established = false
  readonly #owner: QueueOwner
  #writer: BatchWriter | undefined
  #open: OutgoingBatch | undefined
  #ordinal = 0
  #producerId = -1
  #producerEpoch = -1
  #nextSequence = 0

  constructor(owner: QueueOwner, topic: string, partition: number) {
    this.#owner = owner
    this.topic = topic
    this.partition = partition
  }

  append(key: Uint8Array | null, value: Uint8Array | null, timestamp: number, headers: Headers): void {
    let writer = this.#writer
    if (writer !== undefined) {
      const sizeMax =
        headers.length === 0
          ? recordOverheadMax + (key === null ? 0 : key.length) + (value === null ? 0 : value.length)
          : recordBytesMax(key, value, headers)
      if (writer.sizeInBytes + sizeMax > this.#owner.batchBytesMax) {
        this.seal()
        writer = undefined
      }
    }
    writer ??= this.#openBatch()
    const before = writer.sizeInBytes
    writer.append(timestamp, key, value, headers)
    this.#owner.buffer.bytes += writer.sizeInBytes - before
  }

  /** Closes the open batch, if there is one, for appends. */
  seal(): void {
    const batch = this.#open
    const writer = this.#writer
    if (batch === undefined || writer === undefined) return
    this.#open = undefined
    this.#writer = undefined
    if (writer.empty) {
      // The first record was refused by the writer: there is nothing to send.
      this.#owner.buffer.done(batch.generation, 0)
      return
    }
    batch.recordCount = writer.recordCount
    batch.bufferedBytes = writer.sizeInBytes - batchHeaderBytes
    this.waiting.push(batch)
    this.#owner.sealed(this)
  }

  /** Forgets what is open or waiting; answers whether a sequence number was lost with it. */
  discard(): boolean {
    this.seal()
    const dropped = this.waiting.splice(0)
    for (const batch of dropped) this.#release(batch)
    return dropped.some(({ encoded }) => encoded)
  }

  /** Moves the first waiting batch among those under way, encoded for sending. */
  take(identity: QueueIdentity | undefined, transactional: boolean, codec: CodecId): OutgoingBatch {
    if (identity !== undefined) this.#adopt(identity)
    const batch = this.waiting.shift()
    assert(batch !== undefined, 'a batch is taken from a queue that has one')
    if (!batch.encoded) {
      const writer = batch.encode(this.#number(identity, batch, transactional), codec)
      this.#owner.buffer.returnWriter(writer)
    }
    this.inFlight.push(batch)
    return batch
  }

  /** A batch has ended, well or badly. */
  finish(batch: OutgoingBatch): void {
    this.#leaveFlight(batch)
    this.#release(batch)
  }

  /** A batch is to be sent again: it goes back to its place in the order. */
  requeue(batch: OutgoingBatch, retryAtMs: number): void {
    this.#leaveFlight(batch)
    batch.restore()
    const index = this.waiting.findIndex(({ ordinal }) => ordinal > batch.ordinal)
    this.waiting.splice(index < 0 ? this.waiting.length : index, 0, batch)
    this.retryAtMs = retryAtMs
    this.#owner.sealed(this)
  }

  /** Goes over to a new epoch, whose sequences start at 0; batches that were sent under the old one are numbered anew. */
  renumber(identity: QueueIdentity): void {
    this.renumbering = false
    this.#begin(identity)
    for (const batch of this.waiting) {
      if (batch.encoded) batch.renumber(this.#number(identity, batch, false))
    }
  }

  #openBatch(): BatchWriter {
    const openedAtMs = this.#owner.opening()
    const writer = this.#owner.buffer.takeWriter()
    this.#writer = writer
    this.#open = new OutgoingBatch({
      ordinal: this.#ordinal++,
      generation: this.#owner.buffer.opened(),
      openedAtMs,
      writer,
    })
    return writer
  }

  /** Takes the producer's new epoch once nothing of the old one is left: an epoch never goes back in a partition. */
  #adopt({ producerId, producerEpoch }: QueueIdentity): void {
    if (this.#producerId === producerId && this.#producerEpoch === producerEpoch) return
    if (this.inFlight.length > 0 || this.waiting.some(({ encoded }) => encoded)) return
    this.#begin({ producerId, producerEpoch })
  }

  #begin({ producerId, producerEpoch }: QueueIdentity): void {
    if (this.#producerId !== producerId) this.established = false
    this.#producerId = producerId
    this.#producerEpoch = producerEpoch
    this.#nextSequence = 0
  }

  #number(identity: QueueIdentity | undefined, batch: OutgoingBatch, transactional: boolean) {
    if (identity === undefined) {
      return { producerId: -1, producerEpoch: -1, baseSequence: -1, transactional: false }
    }
    const baseSequence = this.#nextSequence
    this.#nextSequence = addToSequence(baseSequence, batch.recordCount)
    return { producerId: this.#producerId, producerEpoch: this.#producerEpoch, baseSequence, transactional }
  }

  #leaveFlight(batch: OutgoingBatch): void {
    const index = this.inFlight.indexOf(batch)
    if (index >= 0) this.inFlight.splice(index, 1)
  }

  #release(batch: OutgoingBatch): void {
    const writer = batch.takeWriter()
    if (writer !== undefined) this.#owner.buffer.returnWriter(writer)
    this.#owner.buffer.done(batch.generation, batch.bufferedBytes)
  }
}
