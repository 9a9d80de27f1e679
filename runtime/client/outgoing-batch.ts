/**
 * A batch of a producer, from its first record to its acknowledgement.
 *
 * It is encoded when it is first sent: only then are producer id, epoch and sequence known for certain. From then on it is
 * sent as it is, so that a broker recognises a repetition (semantics G10); `renumber` is for a batch that is known not to
 * have been appended, or whose epoch has been left behind.
 *
 * A broker in this process owns what it was sent: it writes offsets into the header and may keep the array. So what is
 * sent again is a copy, with the header as it was.
 */
import { assert } from '../../src/base/assert.ts'
import { batchHeaderBytes, setProducer } from '../../src/record/batch-format.ts'
import type { BatchWriter } from '../../src/record/batch-writer.ts'
import type { CodecId } from '../../src/record/compression.ts'

/** Who sends a batch, as it stands in the batch's header. */
export interface BatchProducer {
  readonly producerId: number
  readonly producerEpoch: number
  readonly baseSequence: number
  readonly transactional: boolean
}

export class OutgoingBatch {
  /** Position in its partition's order; never reused. */
  readonly ordinal: number
  /** See `SendBuffer`. */
  readonly generation: number
  /** On the monotonic clock. */
  readonly openedAtMs: number
  /** What it counts for in the send buffer. */
  bufferedBytes = 0
  recordCount = 0
  producerEpoch = -1
  baseSequence = -1
  attempts = 0
  /** Whether a request with it was sent whose answer never came: it may have been appended. */
  doubtful = false
  #writer: BatchWriter | undefined
  #bytes: Uint8Array | undefined
  /** The header as it was encoded. */
  #header: Uint8Array | undefined

  constructor(place: {
    readonly ordinal: number
    readonly generation: number
    readonly openedAtMs: number
    readonly writer: BatchWriter
  }) {
    this.ordinal = place.ordinal
    this.generation = place.generation
    this.openedAtMs = place.openedAtMs
    this.#writer = place.writer
  }

  get encoded(): boolean {
    return this.#bytes !== undefined
  }

  get bytes(): Uint8Array {
    assert(this.#bytes !== undefined, 'a batch is encoded before its bytes are sent')
    return this.#bytes
  }

  /** Writes the header and the checksum; answers the writer, which is free again. */
  encode(producer: BatchProducer, codec: CodecId): BatchWriter {
    const writer = this.takeWriter()
    assert(
      writer !== undefined && !writer.empty,
      'only a batch that holds records is sent, and it is encoded once',
    )
    this.#bytes = writer.close({ ...producer, codec })
    this.#header = this.#bytes.slice(0, batchHeaderBytes)
    this.producerEpoch = producer.producerEpoch
    this.baseSequence = producer.baseSequence
    return writer
  }

  /** Makes an encoded batch ready to be sent again. */
  restore(): void {
    assert(this.#header !== undefined, 'only what was sent is sent again')
    const bytes = this.bytes.slice()
    bytes.set(this.#header)
    this.#bytes = bytes
  }

  /** Gives an encoded batch that waits to be sent again another epoch and sequence. */
  renumber(producer: BatchProducer): void {
    setProducer(this.bytes, 0, producer)
    this.#header = this.bytes.slice(0, batchHeaderBytes)
    this.producerEpoch = producer.producerEpoch
    this.baseSequence = producer.baseSequence
  }

  /** The writer of a batch that is not encoded, which then holds nothing; else `undefined`. */
  takeWriter(): BatchWriter | undefined {
    const writer = this.#writer
    this.#writer = undefined
    return writer
  }
}
