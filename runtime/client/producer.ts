/**
 * Sends records to partitions in batches, idempotently and, if it has a transactional id, in transactions.
 *
 * `append` copies a record into its partition's open batch and returns: there is no promise per record. A batch is closed
 * when it is full, has lingered, or a flush comes. What goes wrong with a send surfaces at the next `flush` or
 * `commitTransaction`. The parts: partition-queue.ts (batches), sender.ts (when to send what), delivery.ts (what an answer
 * means), transactions.ts, identity.ts.
 */
import type { Timer } from '../../src/base/clock.ts'
import { StreamsError } from '../../src/base/errors.ts'
import type { CodecName } from '../../src/record/compression.ts'
import { codecById, codecIdOfName } from '../../src/record/compression.ts'
import type { Headers } from '../../src/record/record.ts'
import type { Cluster } from './cluster.ts'
import { Deliveries } from './delivery.ts'
import { ProducerIdentity } from './identity.ts'
import type { GroupMetadata, OffsetToCommit } from './offsets.ts'
import { PartitionQueue, type PartitionAppender, type QueueOwner } from './partition-queue.ts'
import { SendBuffer } from './send-buffer.ts'
import { Sender, type Delivery } from './sender.ts'
import { version1 } from './transaction-calls.ts'
import type { TransactionState } from './transaction-state.ts'
import { Transactions } from './transactions.ts'

export interface ProducerOptions {
  readonly cluster: Cluster
  /** Makes the producer transactional and fences older ones of the same id. */
  readonly transactionalId?: string | undefined
  /** Time after which the coordinator aborts a transaction that was left open. Default 60 000. */
  readonly transactionTimeoutMs?: number
  /** Whether retries may not duplicate or reorder records. Default true; must be true with a transactional id. */
  readonly idempotent?: boolean
  /** How long a batch waits for more records. Default 5. */
  readonly lingerMs?: number
  /** Uncompressed bytes at which a batch is closed. Default 262 144. A single record may be larger. */
  readonly batchBytesMax?: number
  /** Uncompressed bytes of the records of one request, unless one batch alone has more. Default 1 000 000. */
  readonly requestBytesMax?: number
  /** Bytes held for sending at which `whenWritable` makes callers wait. Default 67 108 864. */
  readonly bufferBytesMax?: number
  /** Default `none`. The codec must have been registered. */
  readonly compression?: CodecName
  /** Requests under way per broker. Default 5, which is also the most for an idempotent producer. */
  readonly maxInFlight?: number
  /** Time from the first append of a batch after which it fails. Default 120 000. */
  readonly deliveryTimeoutMs?: number
  /**
   * Called for each batch that was acknowledged: its offsets are `baseOffset` to `baseOffset + recordCount - 1`;
   * `baseOffset` is -1 for a duplicate whose place the broker does not remember.
   */
  readonly onBatchAcked?: (topic: string, partition: number, baseOffset: number, recordCount: number) => void
  /** Called for each batch that has failed, before `flush` or `commitTransaction` reject with the first such error. */
  readonly onBatchFailed?: (
    topic: string,
    partition: number,
    error: StreamsError,
    recordCount: number,
  ) => void
}

const maxInFlightIdempotent = 5

/** As much as brokers read in one piece: a larger request is copied as it arrives, and stays in no processor's cache. */
const requestBytesMaxDefault = 1_000_000

export class Producer {
  readonly #options: ProducerOptions
  readonly #lingerMs: number
  readonly #buffer: SendBuffer
  readonly #identity: ProducerIdentity | undefined
  readonly #transactions: Transactions | undefined
  readonly #sender: Sender
  readonly #owner: QueueOwner
  /** By topic, then by partition number. */
  readonly #queues = new Map<string, PartitionQueue[]>()
  #linger: Timer | undefined
  /** The first failure of a send since the last flush; of a producer without transactions. */
  #failure: StreamsError | undefined
  /** Whether what has not been sent is dropped, because closing took too long. */
  #discarding = false
  #closing: Promise<void> | undefined

  constructor(options: ProducerOptions) {
    const { cluster, transactionalId, idempotent = true, compression = 'none' } = options
    checkOptions(options)
    this.#options = options
    this.#lingerMs = options.lingerMs ?? 5
    this.#buffer = new SendBuffer(options.bufferBytesMax ?? 67_108_864)
    const transactionTimeoutMs = options.transactionTimeoutMs ?? 60_000
    if (idempotent) this.#identity = new ProducerIdentity({ cluster, transactionalId, transactionTimeoutMs })
    const deliveries = this.#makeDeliveries(idempotent)
    const codec = codecIdOfName(compression)!
    codecById(codec)
    this.#sender = new Sender({
      cluster,
      identity: this.#identity,
      transactionalId,
      codec,
      maxInFlight: options.maxInFlight ?? maxInFlightIdempotent,
      requestBytesMax: options.requestBytesMax ?? requestBytesMaxDefault,
      deliveryTimeoutMs: options.deliveryTimeoutMs ?? 120_000,
      admits: queue => this.#transactions?.admits(queue) ?? true,
      versionMax: () => (this.#transactions?.version === 1 ? version1.produceMax : Infinity),
      settle: (delivery, outcome) => deliveries.settle(delivery, outcome),
      expire: delivery => deliveries.expire(delivery),
      onIdentityFailed: error => this.#identityFailed(error),
    })
    if (transactionalId !== undefined && this.#identity !== undefined) {
      this.#transactions = new Transactions({
        cluster,
        transactionalId,
        identity: this.#identity,
        onAdmitted: () => this.#sender.schedule(),
        onDoomed: () => this.#discard(),
      })
    }
    this.#owner = {
      buffer: this.#buffer,
      batchBytesMax: options.batchBytesMax ?? 262_144,
      opening: () => this.#opening(),
      sealed: queue => this.#sealed(queue),
    }
  }

  /** Bytes appended and not yet acknowledged. */
  get bufferedBytes(): number {
    return this.#buffer.bytes
  }

  /** Where the transaction stands; `undefined` without a transactional id. */
  get transactionState(): TransactionState | undefined {
    return this.#transactions?.state
  }

  /** The appender of a partition; always the same object. */
  partition(topic: string, partition: number): PartitionAppender {
    let queues = this.#queues.get(topic)
    if (queues === undefined) {
      queues = []
      this.#queues.set(topic, queues)
    }
    const known = queues[partition]
    if (known !== undefined) return known
    if (!Number.isInteger(partition) || partition < 0) {
      throw new RangeError(`partition must be an integer of at least 0, not ${partition}`)
    }
    while (queues.length <= partition) queues.push(new PartitionQueue(this.#owner, topic, queues.length))
    return queues[partition]!
  }

  /**
   * Copies a record into the open batch of a partition, synchronously. A failure to send surfaces at `flush` or
   * `commitTransaction`. A `TypeError` outside of a transaction if the producer is transactional; dropped after the
   * transaction has failed, until it is aborted.
   */
  append(
    topic: string,
    partition: number,
    key: Uint8Array | null,
    value: Uint8Array | null,
    timestamp: number,
    headers: Headers,
  ): void {
    const queue = this.#queues.get(topic)?.[partition] ?? this.partition(topic, partition)
    queue.append(key, value, timestamp, headers)
  }

  /** `undefined` while the buffer has room, else a promise to await before the next `append`. Never rejects. */
  whenWritable(): Promise<void> | undefined {
    if (!this.#buffer.full) return undefined
    this.#sealAll()
    return this.#buffer.whenWritable()
  }

  /**
   * Sends everything and resolves when all that was appended before is acknowledged. Rejects with the first error of a
   * send since the last flush: some of the records are lost then, and which ones `onBatchFailed` tells.
   */
  async flush(): Promise<void> {
    await this.#flushed()
    const failure = this.#failure
    this.#failure = undefined
    if (failure !== undefined) throw failure
  }

  /**
   * Gets the producer id, fences predecessors, and waits for their transactions to end. Once, before all else. MR-5040 if
   * a newer producer took over meanwhile; after another error it may be called again.
   */
  initTransactions(): Promise<void> {
    return this.#transactional('initTransactions').initialise()
  }

  /** Opens a transaction. Not a request: the broker learns of it with the first record. */
  beginTransaction(): void {
    this.#transactional('beginTransaction').begin()
  }

  /**
   * Makes offsets part of the transaction. Also sends off what is buffered, so that both travel at the same time.
   * MR-5046 if the group has moved on from the member; then abort.
   */
  sendOffsets(offsets: Iterable<OffsetToCommit>, group: GroupMetadata): Promise<void> {
    const sending = this.#transactional('sendOffsets').sendOffsets([...offsets], group)
    this.#sealAll()
    return sending
  }

  /**
   * Sends what is buffered and commits. After MR-5040 (fenced) or MR-5043 (failed, or outcome not known) only `close`
   * remains; after any other error, `abortTransaction`.
   */
  commitTransaction(): Promise<void> {
    return this.#transactional('commitTransaction').commit(() => this.#flushed())
  }

  /** Drops what is buffered, waits for what is under way, and aborts. Allowed in an open and in a failed transaction. */
  abortTransaction(): Promise<void> {
    return this.#transactional('abortTransaction').abort(() => this.#idle())
  }

  /**
   * Closes. What is buffered is sent first, for at most `timeoutMs` (default 30 000); an open transaction is left to be
   * aborted by the coordinator or by a successor. Idempotent.
   */
  close(options: { readonly timeoutMs?: number } = {}): Promise<void> {
    this.#closing ??= this.#close(options.timeoutMs ?? 30_000)
    return this.#closing
  }

  async #close(timeoutMs: number): Promise<void> {
    if (this.#transactions === undefined && timeoutMs > 0) {
      const timer = this.#options.cluster.clock.setTimer(timeoutMs, () => this.#discard())
      await this.#flushed()
      timer.cancel()
    }
    this.#discard()
    this.#linger?.cancel()
    this.#sender.close()
  }

  #makeDeliveries(idempotent: boolean): Deliveries {
    const { cluster, transactionalId, deliveryTimeoutMs = 120_000, onBatchAcked } = this.#options
    return new Deliveries({
      cluster,
      idempotent,
      transactional: transactionalId !== undefined,
      deliveryTimeoutMs,
      abandoning: () => this.#abandoning,
      onAcked: ({ queue, batch }, baseOffset) => {
        onBatchAcked?.(queue.topic, queue.partition, baseOffset, batch.recordCount)
      },
      onFailed: (delivery, error) => this.#failed(delivery, error),
      refresh: topic => this.#sender.refresh([topic]),
    })
  }

  /** Whether what cannot be sent now is dropped rather than kept for later. */
  get #abandoning(): boolean {
    return this.#transactions?.doomed ?? this.#discarding
  }

  #opening(): number {
    if (this.#closing !== undefined) throw new StreamsError('MR-5049', { what: 'the producer was closed' })
    this.#transactions?.opening()
    this.#linger ??= this.#options.cluster.clock.setTimer(this.#lingerMs, () => {
      this.#linger = undefined
      this.#sealAll()
    })
    return this.#options.cluster.clock.monotonic()
  }

  #sealed(queue: PartitionQueue): void {
    if (this.#abandoning) queue.discard()
    else this.#sender.add(queue)
  }

  #sealAll(): void {
    for (const queues of this.#queues.values()) for (const queue of queues) queue.seal()
    this.#sender.schedule()
  }

  #flushed(): Promise<void> {
    this.#sealAll()
    return this.#buffer.flushed()
  }

  async #idle(): Promise<void> {
    await this.#sender.idle()
  }

  #discard(): void {
    this.#discarding = this.#transactions === undefined
    for (const queues of this.#queues.values()) for (const queue of queues) queue.discard()
  }

  #failed({ queue, batch }: Delivery, error: StreamsError): void {
    this.#options.onBatchFailed?.(queue.topic, queue.partition, error, batch.recordCount)
    if (this.#transactions === undefined) this.#failure ??= error
    else this.#transactions.fail(error)
  }

  /** No producer id to be had: nothing can be sent, so what waits has failed. */
  #identityFailed(error: unknown): void {
    this.#failure ??=
      error instanceof StreamsError
        ? error
        : new StreamsError('MR-5051', { what: 'no producer id could be had', cause: error })
    for (const queues of this.#queues.values()) for (const queue of queues) queue.discard()
  }

  #transactional(call: string): Transactions {
    if (this.#closing !== undefined) throw new StreamsError('MR-5049', { what: 'the producer was closed' })
    if (this.#transactions !== undefined) return this.#transactions
    throw new TypeError(`${call} needs a producer with a transactionalId`)
  }
}

function checkOptions(options: ProducerOptions): void {
  const { idempotent = true, transactionalId, maxInFlight = 1 } = options
  if (!idempotent && transactionalId !== undefined) {
    throw new TypeError('idempotent must be true with a transactionalId')
  }
  if (idempotent && maxInFlight > maxInFlightIdempotent) {
    // Brokers remember the last five batches of a producer (semantics G10).
    throw new RangeError(`maxInFlight must be at most ${maxInFlightIdempotent}, not ${maxInFlight}`)
  }
  for (const name of positive) {
    const value = options[name]
    if (value !== undefined && !(value >= 1)) throw new RangeError(`${name} must be at least 1, not ${value}`)
  }
}

const positive = [
  'maxInFlight',
  'batchBytesMax',
  'requestBytesMax',
  'bufferBytesMax',
  'deliveryTimeoutMs',
  'transactionTimeoutMs',
] as const
