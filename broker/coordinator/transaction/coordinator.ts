/**
 * The transaction coordinator: takes requests about transactional ids to the partition of `__transaction_state` that
 * remembers them, and drives decided transactions to their end (semantics G70 to G78).
 *
 *   EndTxn ──▶ Prepare record ──▶ marker into each partition ──▶ Complete record ──▶ answer
 *                   │                                               ▲
 *                   └── crash, or a partition that cannot be written ┘  tried again: on start, or soon
 *
 * Coordinator and logs live in one process, so all of this normally happens within the request, and the next request
 * finds the transaction complete. Where a flush must be awaited, other requests about the id wait for it too; where the
 * disk refuses, the state stays Prepare and they are told CONCURRENT_TRANSACTIONS. `completion.ts` has the details.
 */
import { hashedLettersMax } from '../../../src/base/text.ts'
import { assert } from '../../../src/base/assert.ts'
import type { Clock } from '../../../src/base/clock.ts'
import { StreamsError } from '../../../src/base/errors.ts'
import { kafkaErrors } from '../../../src/protocol/errors.ts'
import { BrokerError } from '../../broker-error.ts'
import type { BrokerConfig } from '../../config.ts'
import type { InternalTopic } from '../coordinator-log.ts'
import { CoordinatorPartitions } from '../partitions.ts'
import { answer, type Outcome } from '../runtime.ts'
import { Deadlines, type Deadline } from '../timers.ts'
import { decideAdd, decideEndV1, decideEndV2, decideFence, decideFenced } from './decisions.ts'
import { decideInit, decideVerify, type Decision, type Producer } from './decisions.ts'
import { Completion } from './completion.ts'
import type { MarkerTargets } from './markers.ts'
import { ProducerIds, type ProducerIdStore } from './producer-ids.ts'
import { transactionRecordCodec, type TransactionRecord } from './records.ts'
import { TransactionShard } from './shard.ts'
import { completed, newTransaction, type ClientVersion } from './transaction.ts'
import { onePartition, type PartitionSet, type Transaction } from './transaction.ts'
import { isPrepared } from './transaction-state.ts'

export interface InitRequest {
  /** `null`: an idempotent producer, which only wants an id. */
  readonly transactionalId: string | null
  readonly timeoutMs: number
  /** A producer that wants to go on after an error; `undefined` for one that starts. */
  readonly expected: Producer | undefined
}

/** Kafka's code, and the producer's id and epoch if the code is 0; -1 else. */
export interface ProducerResult extends Producer {
  readonly errorCode: number
}

export interface AddRequest extends Producer {
  readonly transactionalId: string
  readonly partitions: PartitionSet
  readonly clientVersion: ClientVersion
}

export interface EndRequest extends Producer {
  readonly transactionalId: string
  readonly commit: boolean
  /** Whether the client bumps its epoch with every transaction (EndTxn since version 5). */
  readonly bumpsEpoch: boolean
}

/** A producer that is about to write to a partition for the first time in a transaction. */
export interface PartitionClaim extends Producer {
  readonly transactionalId: string
  readonly topic: string
  readonly partition: number
  /** Whether the partition joins the transaction by this (Produce since 12, TxnOffsetCommit since 5). */
  readonly implicit: boolean
  /** Whether the client knows TRANSACTION_ABORTABLE (Produce since 11, TxnOffsetCommit since 4). */
  readonly knowsAbortable: boolean
}

/** How soon markers that could not be written are tried again. */
const retryMs = 100

export class TransactionCoordinator {
  readonly #partitions: CoordinatorPartitions<TransactionRecord, TransactionShard>
  readonly #clock: Clock
  readonly #config: BrokerConfig
  readonly #ids: ProducerIds
  readonly #deadlines: Deadlines
  readonly #timeoutScan: Deadline
  readonly #expiryScan: Deadline
  readonly #retry: Deadline
  readonly #completion: Completion
  #closed = false

  constructor(parts: {
    /** `__transaction_state`. */
    readonly topic: InternalTopic
    readonly targets: MarkerTargets
    readonly producerIds: ProducerIdStore
    readonly clock: Clock
    readonly config: BrokerConfig
  }) {
    const { topic, clock } = parts
    this.#clock = clock
    this.#partitions = new CoordinatorPartitions({
      topic,
      clock,
      codec: transactionRecordCodec,
      makeState: () => new TransactionShard(clock),
    })
    this.#config = parts.config
    this.#ids = new ProducerIds(parts.producerIds)
    this.#deadlines = new Deadlines(parts.clock)
    this.#timeoutScan = this.#deadlines.create(() => this.#abortTimedOut())
    this.#expiryScan = this.#deadlines.create(() => this.#forgetExpired())
    this.#retry = this.#deadlines.create(() => void this.#finishAll())
    this.#completion = new Completion(parts.targets, {
      get: transactionalId => this.get(transactionalId),
      complete: transactionalId => this.#complete(transactionalId),
      durable: transactionalId => this.#partitions.of(transactionalId).durable(),
      retryLater: () => this.#retry.set(retryMs),
    })
  }

  /**
   * Reads what the log remembers and finishes what was decided. After the group coordinator, before any request. Settles
   * when the markers are as durable as they must be, so that nobody who reads waits for one, or when the disk refuses.
   */
  async start(): Promise<void> {
    this.#ids.open()
    this.#partitions.open()
    for (const { transactionalId, state } of this.all()) {
      if (state === 'PrepareEpochFence')
        this.#decide(transactionalId, before => decideFenced(before, this.#clock.now()))
    }
    const finishing = this.#finishAll()
    this.#timeoutScan.set(this.#config['transaction.abort.timed.out.transaction.cleanup.interval.ms'])
    this.#expiryScan.set(this.#config['transaction.remove.expired.transaction.cleanup.interval.ms'])
    await finishing
  }

  /** Lets nothing fire any more. Idempotent. */
  close(): void {
    this.#closed = true
    this.#completion.close()
    this.#deadlines.close()
  }

  /** MR-4002 for each partition that is not served, because its log is damaged. */
  get failures(): readonly StreamsError[] {
    return this.#partitions.failures
  }

  /** Kafka's code for a transactional id: 0 unless its partition is not served. */
  codeOf(transactionalId: string): number {
    return this.#partitions.codeOf(transactionalId)
  }

  /** Every transactional id that is known. */
  *all(): IterableIterator<Transaction> {
    for (const { state } of this.#partitions.served) yield* state.transactions.values()
  }

  /** Throws a `BrokerError` if the partition of the id is not served. */
  get(transactionalId: string): Transaction | undefined {
    return this.#partitions.stateOf(transactionalId)?.transactions.get(transactionalId)
  }

  /** Gives a producer its id and epoch; what its predecessor left open is aborted first (trap 1). */
  init(request: InitRequest): ProducerResult | Promise<ProducerResult> {
    const { transactionalId, timeoutMs } = request
    if (transactionalId === null) return { errorCode: 0, producerId: this.#nextId(), producerEpoch: 0 }
    // Longer ones would make a list of the map that they are looked up in.
    const isTooLong = transactionalId.length > hashedLettersMax
    if (transactionalId === '' || isTooLong) return refused(kafkaErrors.INVALID_REQUEST.code)
    if (timeoutMs <= 0 || timeoutMs > this.#config['transaction.max.timeout.ms']) {
      return refused(kafkaErrors.INVALID_TRANSACTION_TIMEOUT.code)
    }
    const ending = this.#completion.underWay(transactionalId)
    if (ending !== undefined) return ending.then(() => this.init(request))
    if (this.get(transactionalId) === undefined && this.#isFull()) {
      return refused(kafkaErrors.POLICY_VIOLATION.code)
    }
    const nowMs = this.#clock.now()
    const decided = this.#decide(transactionalId, known => {
      const before =
        known ?? newTransaction(transactionalId, { producerId: this.#nextId(), timeoutMs, nowMs })
      return decideInit(before, request, nowMs, () => this.#nextId())
    })
    if (decided !== 0) return refused(decided)
    if (!isPrepared(this.#existing(transactionalId).state)) {
      return this.#durably(transactionalId, this.#answer(transactionalId))
    }
    // The predecessor's transaction is being aborted. Its end is this very moment, or a flush away.
    const finishing = this.#completion.finish(transactionalId)
    if (finishing !== undefined) return finishing.then(() => this.#initAfterAbort(request))
    return this.#initAfterAbort(request)
  }

  /** Adds partitions to a transaction, which begins with the first of them. Answers Kafka's code. */
  add(request: AddRequest): number | Promise<number> {
    const { transactionalId } = request
    if (transactionalId === '') return kafkaErrors.INVALID_REQUEST.code
    const ending = this.#completion.underWay(transactionalId)
    if (ending !== undefined) return ending.then(() => this.add(request))
    const code = this.#decide(transactionalId, before => decideAdd(before, request, this.#clock.now()))
    return code === 0 ? this.#durably(transactionalId, code) : code
  }

  /** Whether partitions are in the open transaction. Answers Kafka's code. */
  verify(request: Omit<AddRequest, 'clientVersion'>): number {
    if (request.transactionalId === '') return kafkaErrors.INVALID_REQUEST.code
    const decision = decideVerify(this.get(request.transactionalId), request)
    return decision.kind === 'refuse' ? decision.kafkaCode : 0
  }

  /**
   * Vouches for the first transactional append of a producer to a partition: adds the partition where that is implicit
   * (KIP-890), else sees that it was added. Answers nothing, or a promise to await before the append. Throws, or rejects
   * with, a `BrokerError` that the client of Produce or TxnOffsetCommit understands.
   */
  verifyPartition(claim: PartitionClaim): Promise<void> | undefined {
    const { transactionalId, implicit, topic, partition } = claim
    const ending = this.#completion.underWay(transactionalId)
    if (ending !== undefined) return ending.then(() => this.verifyPartition(claim))
    const request = { ...claim, partitions: onePartition(topic, partition), clientVersion: 2 } as const
    const outcome = implicit ? this.add(request) : this.verify(request)
    if (outcome instanceof Promise) return outcome.then(code => accept(code, claim))
    accept(outcome, claim)
    return undefined
  }

  /** Ends the open transaction. The answer has the id and epoch that the next one must use. */
  end(request: EndRequest): ProducerResult | Promise<ProducerResult> {
    const { transactionalId, bumpsEpoch } = request
    if (transactionalId === '') return refused(kafkaErrors.INVALID_REQUEST.code)
    const ending = this.#completion.underWay(transactionalId)
    if (ending !== undefined) return ending.then(() => this.end(request))
    const nowMs = this.#clock.now()
    const code = this.#decide(transactionalId, before =>
      bumpsEpoch
        ? decideEndV2(before, request, nowMs, () => this.#nextId())
        : decideEndV1(before, request, nowMs),
    )
    if (code !== 0) return refused(code)
    // What is decided is decided: the client may go on even where a marker could not be written yet.
    const finishing = this.#completion.finish(transactionalId)
    if (finishing === undefined) return this.#answer(transactionalId)
    return finishing.then(() => this.#answer(transactionalId))
  }

  #initAfterAbort(request: InitRequest): ProducerResult | Promise<ProducerResult> {
    const { state } = this.#existing(request.transactionalId!)
    // A marker could not be written. The client asks again, as it does where coordinator and logs are apart.
    if (isPrepared(state)) return refused(kafkaErrors.CONCURRENT_TRANSACTIONS.code)
    return this.init(request)
  }

  /** Whether there are as many transactional ids as there may be. */
  #isFull(): boolean {
    let count = 0
    for (const { state } of this.#partitions.served) count += state.transactions.size
    return count >= this.#config['transactional.ids.max']
  }

  /** Runs a decision. Answers Kafka's code: 0 if it was carried out, or had been before. */
  #decide(transactionalId: string, decide: (before: Transaction | undefined) => Decision): number {
    if (this.#closed)
      throw new BrokerError(kafkaErrors.COORDINATOR_NOT_AVAILABLE.code, 'the broker is closed')
    return this.#partitions
      .of(transactionalId)
      .run(({ transactions }): Outcome<TransactionRecord, number> => {
        const decision = decide(transactions.get(transactionalId))
        if (decision.kind === 'refuse') return answer(decision.kafkaCode)
        if (decision.kind === 'stay') return answer(kafkaErrors.NONE.code)
        return {
          records: [{ transactionalId, transaction: decision.to }],
          response: kafkaErrors.NONE.code,
          refused: error => error.kafkaCode,
        }
      })
  }

  #complete(transactionalId: string): boolean {
    return this.#partitions.of(transactionalId).run(({ transactions }) => {
      const transaction = completed(transactions.get(transactionalId)!, this.#clock.now())
      return { records: [{ transactionalId, transaction }], response: true, refused: () => false }
    })
  }

  /** Never rejects: what fails is tried again. */
  async #finishAll(): Promise<void> {
    const decided = [...this.all()].filter(({ state }) => isPrepared(state))
    const finishing = decided.map(async ({ transactionalId }) => {
      await this.#completion.finishUnasked(transactionalId)
    })
    await Promise.all(finishing)
  }

  #abortTimedOut(): void {
    const nowMs = this.#clock.now()
    for (const { state } of this.#partitions.served) {
      for (const late of state.timedOut()) this.#abortForAge(late, nowMs)
    }
    this.#timeoutScan.set(this.#config['transaction.abort.timed.out.transaction.cleanup.interval.ms'])
  }

  #abortForAge(late: Transaction, nowMs: number): void {
    let to: Transaction
    try {
      to = decideFence(late, 'time', nowMs, () => this.#nextId())
    } catch (error) {
      // No producer id can be reserved now; the next scan finds the transaction again.
      if (error instanceof BrokerError) return
      throw error
    }
    if (this.#decide(late.transactionalId, () => ({ kind: 'move', to })) !== 0) return
    void this.#completion.finishUnasked(late.transactionalId)
  }

  #forgetExpired(): void {
    for (const partition of this.#partitions.served) {
      partition.run(shard => {
        const ids = shard.expired(this.#config['transactional.id.expiration.ms'])
        const records = ids.map(({ transactionalId }) => ({ transactionalId, transaction: undefined }))
        // What could not be written now is found again next time.
        return { records, response: undefined, refused: () => undefined }
      })
    }
    this.#expiryScan.set(this.#config['transaction.remove.expired.transaction.cleanup.interval.ms'])
  }

  /** The id and epoch that the producer must use next. */
  #answer(transactionalId: string): ProducerResult {
    const { producerId, producerEpoch, nextProducerId } = this.#existing(transactionalId)
    if (nextProducerId >= 0) return { errorCode: 0, producerId: nextProducerId, producerEpoch: 0 }
    return { errorCode: 0, producerId, producerEpoch }
  }

  #durably<T>(transactionalId: string, value: T): T | Promise<T> {
    const durable = this.#partitions.of(transactionalId).durable()
    return durable === undefined ? value : durable.then(() => value)
  }

  #nextId(): number {
    try {
      return this.#ids.next()
    } catch (cause) {
      if (!(cause instanceof StreamsError)) throw cause
      const { code } = kafkaErrors.COORDINATOR_NOT_AVAILABLE
      throw new BrokerError(code, 'no block of producer ids could be reserved', { cause })
    }
  }

  #existing(transactionalId: string): Transaction {
    const transaction = this.get(transactionalId)
    assert(transaction !== undefined, 'a transactional id vanished')
    return transaction
  }
}

/** Throws what a client is told that may not write to a partition. */
function accept(kafkaCode: number, { transactionalId, implicit, knowsAbortable }: PartitionClaim): void {
  if (kafkaCode === 0) return
  const { PRODUCER_FENCED, INVALID_PRODUCER_EPOCH, CONCURRENT_TRANSACTIONS, NOT_ENOUGH_REPLICAS } =
    kafkaErrors
  const { TRANSACTION_ABORTABLE, INVALID_TXN_STATE } = kafkaErrors
  let told = kafkaCode
  // Produce says this with another code than the transactional requests do; it must come first of all (trap 7).
  if (kafkaCode === PRODUCER_FENCED.code) told = INVALID_PRODUCER_EPOCH.code
  // Clients before KIP-890 retry a Produce on few codes only. This one makes them do it without a metadata request.
  if (!implicit && kafkaCode === CONCURRENT_TRANSACTIONS.code) told = NOT_ENOUGH_REPLICAS.code
  if (!knowsAbortable && kafkaCode === TRANSACTION_ABORTABLE.code) told = INVALID_TXN_STATE.code
  throw new BrokerError(told, `transactional id ${transactionalId} may not write to this partition now`)
}

function refused(errorCode: number): ProducerResult {
  return { errorCode, producerId: -1, producerEpoch: -1 }
}
