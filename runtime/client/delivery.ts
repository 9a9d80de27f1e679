/**
 * What the answer to a batch means: it is delivered, is sent again as it is or under new numbers, or has failed.
 *
 *   answer                                    what happens
 *   no error, DUPLICATE_SEQUENCE_NUMBER       delivered (a repetition of what was appended before is a success)
 *   OUT_OF_ORDER_SEQUENCE, not the first      sent again: the batch before it has not arrived yet
 *     under way
 *   OUT_OF_ORDER_SEQUENCE, UNKNOWN_PRODUCER,  the broker has lost track: idempotent: sent again under a new epoch;
 *     the first                               transactional: failed, the transaction aborts
 *   retriable (retry.ts), connection lost     sent again, the very same bytes; a loss makes it doubtful
 *   anything else                             failed
 *
 * A batch that failed, or whose time was over while it was doubtful, leaves a hole in the sequence or an unknown end: its
 * number is never used again. The partition goes on under a new epoch (`renumbering`), a transaction aborts.
 */
import { StreamsError } from '../../src/base/errors.ts'
import { kafkaErrors } from '../../src/protocol/errors.ts'
import type { Cluster } from './cluster.ts'
import { fenced, isFenced } from './identity.ts'
import { refusal, storageRefusal } from './refusal.ts'
import { pauseMs, remedyOf, remedyOfThrown } from './retry.ts'
import type { Delivery, Outcome } from './sender.ts'

export interface DeliveryOptions {
  readonly cluster: Cluster
  readonly idempotent: boolean
  readonly transactional: boolean
  readonly deliveryTimeoutMs: number
  /** Whether batches that would be sent again are dropped instead, because the transaction aborts. */
  readonly abandoning: () => boolean
  readonly onAcked: (delivery: Delivery, baseOffset: number) => void
  readonly onFailed: (delivery: Delivery, error: StreamsError) => void
  /** Asks for the leaders of topics anew. */
  readonly refresh: (topic: string) => void
}

/** No offset: a duplicate whose place the broker does not remember. */
const unknownOffset = -1

export class Deliveries {
  readonly #options: DeliveryOptions

  constructor(options: DeliveryOptions) {
    this.#options = options
  }

  /** Takes the batch out of the flight, by one of the rows above. */
  settle(delivery: Delivery, outcome: Outcome): void {
    if (outcome.kind === 'lost') this.#lost(delivery, outcome)
    else if (outcome.errorCode === 0) this.#acked(delivery, outcome.baseOffset)
    else if (outcome.errorCode === duplicate) this.#acked(delivery, unknownOffset)
    else this.#refused(delivery, outcome.errorCode, outcome.message)
  }

  /** The batch's time is over; it is neither waiting nor under way any more. */
  expire(delivery: Delivery): void {
    const { queue, batch } = delivery
    const doubt = batch.doubtful ? 'It may have been written all the same.' : 'It was not written.'
    this.#fail(
      delivery,
      new StreamsError('MR-5051', {
        what: `${batch.recordCount} records could not be delivered within ${this.#options.deliveryTimeoutMs} ms`,
        where: `${queue.topic}-${queue.partition}`,
        why: doubt,
        retriable: true,
      }),
    )
  }

  #acked(delivery: Delivery, baseOffset: number): void {
    delivery.queue.retryAtMs = -Infinity
    delivery.queue.established = true
    delivery.queue.finish(delivery.batch)
    this.#options.onAcked(delivery, baseOffset)
  }

  #lost(delivery: Delivery, { error, sent }: { readonly error: unknown; readonly sent: boolean }): void {
    if (sent) delivery.batch.doubtful = true
    if (remedyOfThrown(error) !== 'fail') this.#again(delivery)
    else this.#fail(delivery, failure(delivery, error))
  }

  #refused(delivery: Delivery, code: number, message: string | null): void {
    const { queue, batch } = delivery
    const remedy = remedyOf(code)
    const isFirst = queue.inFlight[0] === batch
    if (code === outOfOrder || code === unknownProducer) {
      if (!isFirst) this.#again(delivery)
      else if (this.#options.idempotent && !this.#options.transactional) {
        queue.renumbering = true
        this.#again(delivery)
      } else this.#fail(delivery, refused(delivery, code, message))
    } else if (remedy === 'fail' || this.#isHopeless(delivery, code)) {
      this.#fail(delivery, refused(delivery, code, message))
    } else {
      if (remedy === 'refresh-metadata') this.#options.refresh(queue.topic)
      this.#again(delivery)
    }
  }

  /** Whether asking again cannot help: the disk fails, and no other replica is there to take over. */
  #isHopeless({ queue, batch }: Delivery, code: number): boolean {
    if (code !== storageError || batch.attempts < storageAttemptsMax) return false
    const replicas = this.#options.cluster.cached(queue.topic)?.partitions[queue.partition]?.replicas
    return replicas !== undefined && replicas.length <= 1
  }

  #again(delivery: Delivery): void {
    const { cluster, abandoning } = this.#options
    const { queue, batch } = delivery
    if (abandoning()) {
      queue.finish(batch)
      return
    }
    batch.attempts++
    queue.requeue(batch, cluster.clock.monotonic() + pauseMs(batch.attempts, cluster.random))
  }

  #fail(delivery: Delivery, error: StreamsError): void {
    const { queue, batch } = delivery
    // A hole in the sequence, or an end that is not known: either way its numbers are spent.
    if (batch.encoded && this.#options.idempotent && !this.#options.transactional) queue.renumbering = true
    queue.finish(batch)
    this.#options.onFailed(delivery, error)
  }
}

const duplicate = kafkaErrors.DUPLICATE_SEQUENCE_NUMBER.code
const outOfOrder = kafkaErrors.OUT_OF_ORDER_SEQUENCE_NUMBER.code
const unknownProducer = kafkaErrors.UNKNOWN_PRODUCER_ID.code
const storageError = kafkaErrors.KAFKA_STORAGE_ERROR.code
/** Attempts that a failing disk is given, within about a second, where there is only one replica. */
const storageAttemptsMax = 5
const tooLarge: ReadonlySet<number> = new Set([
  kafkaErrors.MESSAGE_TOO_LARGE.code,
  kafkaErrors.RECORD_LIST_TOO_LARGE.code,
])

function refused({ queue, batch }: Delivery, code: number, message: string | null): StreamsError {
  const where = `${queue.topic}-${queue.partition}`
  const what = `append ${batch.recordCount} records to ${where}`
  if (isFenced(code)) return fenced(code, what)
  if (code === storageError) return storageRefusal(message, { what, where })
  if (!tooLarge.has(code))
    return refusal(code, what, { code: 'MR-5051', where, message: message ?? undefined })
  const fix =
    batch.recordCount > 1
      ? 'Set batchBytesMax of the producer below max.message.bytes of the topic.'
      : 'Raise max.message.bytes of the topic, or make the record smaller.'
  return refusal(code, `${what} (${batch.bufferedBytes} bytes)`, { code: 'MR-5045', where, fix })
}

function failure({ queue, batch }: Delivery, error: unknown): StreamsError {
  if (error instanceof StreamsError) return error
  return new StreamsError('MR-5051', {
    what: `${batch.recordCount} records could not be sent`,
    where: `${queue.topic}-${queue.partition}`,
    cause: error,
  })
}
