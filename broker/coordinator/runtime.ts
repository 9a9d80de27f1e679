/**
 * How a coordinator runs: an operation decides, its records go into the log, are replayed, and then it is answered.
 *
 *   request ──▶ operation(state) ──▶ { records, response } ──▶ append ──▶ replay each ──▶ respond
 *   start   ──────────────────────────────────── every record in the log ──▶ replay
 *
 * Operations never write what the log remembers: `replay` does, and it does so alike for a record that was just appended
 * and for one read back at start. So recovery is exercised by every request. What need not survive a restart (who
 * waits for an answer, timers) may be changed by operations directly.
 *
 * One event loop owns a partition, so an operation, its append and its replay happen in one go, and the next operation
 * sees all of it. If the append fails nothing was decided, unless the outcome is `soft`: then the log is only
 * a memory for the next start, and the state moves on without it.
 */
import { assert } from '../../src/base/assert.ts'
import type { Clock } from '../../src/base/clock.ts'
import { BatchWriter, type BatchOptions } from '../../src/record/batch-writer.ts'
import { StreamsError } from '../../src/base/errors.ts'
import { kafkaErrors } from '../../src/protocol/errors.ts'
import { BrokerError, kafkaCodeOf } from '../broker-error.ts'
import type { CoordinatorLog, RecordPlace, TransactionMarker } from './coordinator-log.ts'

/** What an operation decided. */
export interface Outcome<Record, Response> {
  readonly records: readonly Record[]
  readonly response: Response
  /** The producer in whose transaction the records are; they count once its marker says commit. */
  readonly transaction?: ProducerIdentity | undefined
  /** Called when the records are in the log and replayed: the place to answer others that waited for them. */
  readonly committed?: (() => void) | undefined
  /** The response when the append failed. Without it the error goes to whoever asked. */
  readonly refused?: ((error: BrokerError) => Response) | undefined
  /** Replay even if the append failed. */
  readonly soft?: boolean | undefined
  /** The records make sense together only: they go into one batch, so that a crash leaves all of them or none. */
  readonly whole?: boolean | undefined
  /** The records are as many as a client makes them: together they are refused where they are longer than a record may be. */
  readonly isBounded?: boolean | undefined
}

export interface ProducerIdentity {
  readonly producerId: number
  readonly producerEpoch: number
}

/** What the log remembers, and how records make it. */
export interface CoordinatorState<Record> {
  replay(record: Record, place: RecordPlace): void
  /** The end of a producer's transaction in this partition. */
  replayMarker(marker: TransactionMarker): void
}

interface EncodedRecord {
  readonly key: Uint8Array
  readonly value: Uint8Array | null
}

/** The two forms of a coordinator's records. */
export interface RecordCodec<Record> {
  encode(record: Record): EncodedRecord
  /** `undefined` for a kind of record that this broker does not know, which is passed over. */
  decode(key: Uint8Array, value: Uint8Array | null): Record | undefined
  /** Whether a record is as long as clients make it, so that it must be refused where it is too long. */
  readonly isBounded?: (record: Record, isWhole: boolean) => boolean
}

/** A batch is closed once it is as long as this, well below the smallest sensible message.max.bytes. */
const batchBytesMax = 512 * 1024
/** A writer that grew beyond this is not kept: there is one for each partition. */
const writerBytesMax = 64 * 1024
/** What a record takes in a batch beside its key and value, at least. */
const recordBytesMin = 7
const none: readonly never[] = Object.freeze([])

/** An outcome that only answers. */
export function answer<Response>(response: Response): Outcome<never, Response> {
  return { records: none, response }
}

/** One partition of a coordinator: its log and its state. */
export class CoordinatorPartition<Record, State extends CoordinatorState<Record>> {
  readonly #log: CoordinatorLog
  readonly #makeState: () => State
  readonly #codec: RecordCodec<Record>
  readonly #clock: Clock
  #state: State
  #failure: StreamsError | undefined
  #writer = new BatchWriter()
  #running = false

  constructor(parts: {
    readonly log: CoordinatorLog
    readonly makeState: () => State
    readonly codec: RecordCodec<Record>
    readonly clock: Clock
  }) {
    this.#log = parts.log
    this.#makeState = parts.makeState
    this.#codec = parts.codec
    this.#clock = parts.clock
    this.#state = parts.makeState()
  }

  /** What the log says; nothing if that cannot be read. */
  get state(): State {
    return this.#state
  }

  /** MR-4002: why this partition answers nothing, if it does not. */
  get failure(): StreamsError | undefined {
    return this.#failure
  }

  /** Replays the whole log. Once, before the first operation. A damaged one leaves the partition unserved. */
  load(): void {
    try {
      this.#log.replay({
        record: (key, value, place) => {
          const record = key === null ? undefined : this.#codec.decode(key, value)
          if (record !== undefined) this.#state.replay(record, place)
        },
        marker: marker => this.#state.replayMarker(marker),
      })
    } catch (error) {
      if (!(error instanceof StreamsError) || error.code !== 'MR-4002') throw error
      this.#failure = error
      // Part of what was decided is worse than nothing of it.
      this.#state = this.#makeState()
    }
  }

  /** What the log says. Throws COORDINATOR_NOT_AVAILABLE if that cannot be read. */
  servedState(): State {
    const cause = this.#failure
    if (cause === undefined) return this.#state
    const { code } = kafkaErrors.COORDINATOR_NOT_AVAILABLE
    throw new BrokerError(code, "The coordinator's log is damaged; the broker's own log says where.", {
      cause,
    })
  }

  /** Runs one operation to its response. */
  run<Response>(operation: (state: State) => Outcome<Record, Response>): Response {
    const state = this.servedState()
    assert(!this.#running, 'an operation of a coordinator was started within another')
    this.#running = true
    let outcome: Outcome<Record, Response>
    let failure: BrokerError | undefined
    try {
      outcome = operation(state)
      failure = this.#commit(outcome)
    } finally {
      this.#running = false
    }
    if (failure === undefined) {
      outcome.committed?.()
      return outcome.response
    }
    if (outcome.refused === undefined) throw failure
    return outcome.refused(failure)
  }

  /**
   * Appends the end of a producer's transaction and replays it. It is due whether or not the partition is served: the
   * transaction has been decided elsewhere, and whoever repairs the log has it then.
   */
  end(marker: TransactionMarker): void {
    assert(!this.#running, 'a marker was written within an operation')
    this.#log.appendMarker(marker)
    if (this.#failure === undefined) this.#state.replayMarker(marker)
  }

  /**
   * Settles when what was appended survives what the configuration promises; `undefined` if it does already. Rejects with a
   * `BrokerError` if that cannot be had: then it is not known whether the records are there.
   */
  durable(): Promise<void> | undefined {
    return this.#log.durable()?.catch((error: unknown) => {
      if (!(error instanceof StreamsError)) throw error
      throw unavailable(new BrokerError(kafkaCodeOf(error), error.message, { cause: error }))
    })
  }

  /** Appends and replays; answers why it could not, if it could not. */
  #commit<Response>(outcome: Outcome<Record, Response>): BrokerError | undefined {
    const { records, transaction, soft } = outcome
    const bytesMax = outcome.whole === true ? Infinity : batchBytesMax
    const now = this.#clock.now()
    const producerId = transaction?.producerId ?? -1
    const encoded = this.#encode(outcome)
    if (encoded instanceof BrokerError) return encoded
    let next = 0
    while (next < records.length) {
      const first = next
      this.#writer.reset()
      for (; next < records.length && this.#writer.sizeInBytes < bytesMax; next++) {
        const { key, value } = encoded[next]!
        this.#writer.append(now, key, value)
      }
      let baseOffset = this.#log.endOffset
      try {
        baseOffset = this.#log.append(this.#writer.close(batchOptions(transaction)))
      } catch (error) {
        if (!(error instanceof BrokerError)) throw error
        if (soft !== true) return unavailable(error)
      }
      for (let index = first; index < next; index++) {
        this.#state.replay(records[index]!, { offset: baseOffset + index - first, producerId })
      }
      if (this.#writer.sizeInBytes > writerBytesMax) this.#writer = new BatchWriter()
    }
    return undefined
  }

  /** The records as bytes; or the refusal of what is too long, as soon as that is known. */
  #encode<Response>({ records, whole, isBounded }: Outcome<Record, Response>): EncodedRecord[] | BrokerError {
    const encoded: EncodedRecord[] = []
    let bytes = 0
    for (const record of records) {
      const { key, value } = this.#codec.encode(record)
      const size = key.length + (value?.length ?? 0)
      bytes += size + recordBytesMin
      const isRecordBounded = this.#codec.isBounded?.(record, whole === true) === true
      const refusal = this.#lengthRefusal(isBounded === true ? bytes : isRecordBounded ? size : 0)
      if (refusal !== undefined) return refusal
      encoded.push({ key, value })
    }
    return encoded
  }

  #lengthRefusal(size: number): BrokerError | undefined {
    // A broker that takes small batches only still has groups.
    const most = Math.max(this.#log.recordBytesMax, batchBytesMax)
    if (size <= most) return undefined
    const message = `${size} bytes exceed the ${most} bytes that the coordinator's log takes at once.`
    return new BrokerError(kafkaErrors.UNKNOWN_SERVER_ERROR.code, message)
  }
}

/** To clients of a coordinator a disk that fails is one more reason to ask again later, which only this code says to all. */
function unavailable(error: BrokerError): BrokerError {
  if (error.kafkaCode !== kafkaErrors.KAFKA_STORAGE_ERROR.code) return error
  return new BrokerError(kafkaErrors.COORDINATOR_NOT_AVAILABLE.code, error.message, { cause: error })
}

function batchOptions(transaction: ProducerIdentity | undefined): BatchOptions {
  if (transaction === undefined) return {}
  const { producerId, producerEpoch } = transaction
  return { producerId, producerEpoch, transactional: true }
}
