/**
 * The transactions of a producer: what the coordinator must be told, and when (semantics G71, G72).
 *
 * Two protocols, chosen by what the broker offers when the producer is initialised:
 *
 *   version 1   each partition is added before its first record (AddPartitionsToTxn), the group before its offsets
 *               (AddOffsetsToTxn), EndTxn keeps the epoch
 *   version 2   (KIP-890) brokers add what they see on the way; EndTxn answers a new epoch, so that nothing of an
 *               ended transaction can arrive in the next one
 *
 * In version 1 that last danger is met by renewing the epoch after each abort: a batch in doubt may still be on its way,
 * and a dropped one may have taken a sequence number with it. States: transaction-state.ts.
 */
import { StreamsError } from '../../src/base/errors.ts'
import { EndTxn } from '../../src/protocol/messages/26-end-txn.ts'
import { callCoordinator } from './calls.ts'
import type { Cluster } from './cluster.ts'
import type { ProducerIdentity } from './identity.ts'
import type { GroupMetadata, OffsetToCommit } from './offsets.ts'
import type { PartitionQueue } from './partition-queue.ts'
import { againOn } from './retry.ts'
import {
  TransactionCalls,
  transactionVersion,
  version1,
  version2,
  type TransactionVersion,
} from './transaction-calls.ts'
import { abortable, fatal, isFatal, transactionError } from './transaction-errors.ts'
import { moved, type TransactionState } from './transaction-state.ts'

export interface TransactionsOptions {
  readonly cluster: Cluster
  readonly transactionalId: string
  readonly identity: ProducerIdentity
  /** Partitions were added: queues that were held back may be sent. */
  readonly onAdmitted: () => void
  /** The transaction cannot commit any more: drop what waits. */
  readonly onDoomed: () => void
}

export class Transactions {
  readonly #options: TransactionsOptions
  readonly #calls: TransactionCalls
  #state: TransactionState = 'uninitialised'
  #version: TransactionVersion = 1
  /** Why the transaction can only be aborted, or the producer only be closed. */
  #error: StreamsError | undefined
  /** Whether the coordinator knows of this transaction (version 1: it was told; version 2: it may have been). */
  #started = false
  readonly #added = new Set<PartitionQueue>()
  readonly #toAdd = new Set<PartitionQueue>()
  readonly #groups = new Set<string>()
  /** Calls under way that belong to the open transaction. */
  readonly #underWay = new Set<Promise<void>>()

  constructor(options: TransactionsOptions) {
    this.#options = options
    this.#calls = new TransactionCalls(options)
  }

  get state(): TransactionState {
    return this.#state
  }

  get version(): TransactionVersion {
    return this.#version
  }

  /** Whether records and offsets of the transaction are dropped rather than sent. */
  get doomed(): boolean {
    return this.#state === 'abortable' || this.#state === 'aborting' || this.#state === 'failed'
  }

  async initialise(): Promise<void> {
    const { cluster, transactionalId, identity } = this.#options
    this.#expect('uninitialised', 'initTransactions')
    this.#moveTo('initialising')
    try {
      this.#version = await transactionVersion(cluster, transactionalId)
      await identity.acquire()
      this.#moveTo('ready')
    } catch (error) {
      if (error instanceof StreamsError && error.code === 'MR-5040') this.fail(error)
      else this.#moveTo('uninitialised')
      throw error
    }
  }

  begin(): void {
    this.#expect('ready', 'beginTransaction')
    this.#moveTo('open')
  }

  /** Whether records of a partition may be sent; if not, sees to it that they will. */
  admits(queue: PartitionQueue): boolean {
    if (this.#state !== 'open' && this.#state !== 'committing') return false
    if (this.#version === 2) {
      this.#started = true
      return true
    }
    if (this.#added.has(queue)) return true
    // One microtask later, so that all partitions of a round are added by one request.
    if (this.#toAdd.size === 0) queueMicrotask(() => this.#track(this.#addPartitions()))
    this.#toAdd.add(queue)
    return false
  }

  sendOffsets(offsets: readonly OffsetToCommit[], group: GroupMetadata): Promise<void> {
    this.#expect('open', 'sendOffsets')
    if (offsets.length === 0) return Promise.resolve()
    const sending = this.#sendOffsets(offsets, group)
    this.#track(sending)
    return sending
  }

  /** Commits, once `flushed` and all calls under way have ended well. */
  async commit(flushed: () => Promise<void>): Promise<void> {
    this.#expect('open', 'commitTransaction')
    this.#moveTo('committing')
    await flushed()
    await this.#quiet()
    this.#throwIfDoomed()
    try {
      await this.#end(true)
    } catch (error) {
      // Unless it was refused for now, nobody knows whether it has committed: only a successor can find out.
      this.fail(error, error instanceof StreamsError && error.code === 'MR-5042' ? 'abortable' : 'failed')
      throw this.#error!
    }
    this.#moveTo('ready')
  }

  /** Aborts, once `idle` has resolved: nothing of the transaction is under way any more. */
  async abort(idle: () => Promise<void>): Promise<void> {
    if (this.#state === 'failed') throw this.#error!
    if (this.#state !== 'abortable') this.#expect('open', 'abortTransaction')
    this.#moveTo('aborting')
    this.#options.onDoomed()
    await idle()
    await this.#quiet()
    try {
      const ended = await this.#end(false)
      if (ended && this.#version === 1) await this.#options.identity.renew()
    } catch (error) {
      this.fail(error, 'failed')
    }
    this.#throwIfFailed()
    this.#moveTo('ready')
  }

  /** Something of the transaction failed. The first reason stays; one that ends the producer replaces any other. */
  fail(error: unknown, to: 'abortable' | 'failed' = isFatal(error) ? 'failed' : 'abortable'): void {
    if (this.#state === 'failed') return
    if (to === 'failed') {
      this.#error = fatal(error)
      this.#moveTo('failed')
    } else if (this.#state === 'open' || this.#state === 'committing') {
      this.#error = abortable(error)
      this.#moveTo('abortable')
    } else return
    this.#options.onDoomed()
  }

  /** A batch is about to be opened: a `TypeError` where the table in transaction-state.ts says that appends are refused. */
  opening(): void {
    if (this.#state !== 'abortable' && this.#state !== 'failed') this.#expect('open', 'append')
  }

  /** Ends the transaction at the coordinator, if it knows of it; answers whether it did. */
  async #end(committed: boolean): Promise<boolean> {
    const { cluster, transactionalId, identity } = this.#options
    this.#throwIfFailed()
    const started = this.#started
    this.#started = false
    this.#added.clear()
    this.#toAdd.clear()
    this.#groups.clear()
    if (!started) return false
    const what = `${committed ? 'commit' : 'abort'} the transaction of "${transactionalId}"`
    const response = await callCoordinator(
      cluster,
      { type: 'transaction', key: transactionalId },
      EndTxn,
      EndTxn.request.create({
        transactionalId,
        producerId: identity.producerId,
        producerEpoch: identity.producerEpoch,
        committed,
      }),
      {
        what,
        lane: 'transaction',
        versionMax: this.#version === 2 ? Infinity : version1.endTxnMax,
        versionMin: this.#version === 2 ? version2.endTxnMin : 0,
        again: ({ errorCode }) => againOn(errorCode, () => transactionError(errorCode, what)),
      },
    )
    if (this.#version === 2) identity.set(response.producerId, response.producerEpoch)
    return true
  }

  async #sendOffsets(offsets: readonly OffsetToCommit[], group: GroupMetadata): Promise<void> {
    if (this.#version === 1 && !this.#groups.has(group.groupId)) {
      await this.#calls.addOffsets(group.groupId)
      this.#groups.add(group.groupId)
    }
    this.#started = true
    await this.#calls.commitOffsets(offsets, group, this.#version)
  }

  async #addPartitions(): Promise<void> {
    const adding = [...this.#toAdd]
    if (adding.length === 0 || this.doomed) return
    await this.#calls.addPartitions(adding)
    this.#started = true
    for (const queue of adding) {
      this.#toAdd.delete(queue)
      this.#added.add(queue)
    }
    this.#options.onAdmitted()
    // Others may have come while this was under way.
    if (this.#toAdd.size > 0) await this.#addPartitions()
  }

  /** Owns a call until it ends; its failure is the transaction's. */
  #track(call: Promise<void>): void {
    const tracked = call
      .catch((error: unknown) => this.fail(error))
      .finally(() => this.#underWay.delete(tracked))
    this.#underWay.add(tracked)
  }

  async #quiet(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay)
  }

  #throwIfDoomed(): void {
    if (this.doomed) throw this.#error!
  }

  #throwIfFailed(): void {
    if (this.#state === 'failed') throw this.#error!
  }

  #expect(state: TransactionState, call: string): void {
    if (this.#state === state) return
    if (this.doomed && this.#error !== undefined) throw this.#error
    throw new TypeError(`${call} needs the state ${state}, but the producer's transaction is ${this.#state}`)
  }

  #moveTo(state: TransactionState): void {
    this.#state = moved(this.#state, state)
    if (state === 'ready') this.#error = undefined
  }
}
