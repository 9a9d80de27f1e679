/**
 * A batch of a producer, from its first record to its acknowledgement.
 *
 * It is encoded when it is first sent: only then are producer id, epoch and sequence known for certain. From then on its
 * bytes stay as they are, so that a broker recognises a repetition (semantics G10); `renumber` is for a batch that is
 * known not to have been appended, or whose epoch has been left behind.
 */
import { assert } from '../../src/base/assert.ts'
import { setProducer } from '../../src/record/batch-format.ts'
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
    this.producerEpoch = producer.producerEpoch
    this.baseSequence = producer.baseSequence
    return writer
  }

  /** Gives an encoded batch another epoch and sequence. In a copy: a broker in this process owns what it was sent. */
  renumber(producer: BatchProducer): void {
    const bytes = this.bytes.slice()
    setProducer(bytes, 0, producer)
    this.#bytes = bytes
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
