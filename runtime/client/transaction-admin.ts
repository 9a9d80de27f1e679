/**
 * Lists and describes transactions, and aborts those that nobody is going to end.
 *
 * There are two ways to abort. By transactional id: the coordinator is asked for a new epoch of it, as a producer that
 * takes over would, which fences the one that has it and aborts what that left open. By partition and first offset: a marker is
 * written straight into one partition, for a transaction that no coordinator knows of any more and that keeps readers waiting.
 */
import { partitionKey, type TopicPartition } from '../../src/base/topic-partition.ts'
import { kafkaErrors } from '../../src/protocol/errors.ts'
import { WriteTxnMarkers } from '../../src/protocol/messages/27-write-txn-markers.ts'
import { DescribeProducers } from '../../src/protocol/messages/61-describe-producers.ts'
import { DescribeTransactions } from '../../src/protocol/messages/65-describe-transactions.ts'
import { ListTransactions } from '../../src/protocol/messages/66-list-transactions.ts'
import { byTopic, callBroker, callCoordinator, callLeaders, firstAgain } from './calls.ts'
import type { Cluster } from './cluster.ts'
import { ProducerIdentity } from './identity.ts'
import { refusal } from './refusal.ts'
import { againOn } from './retry.ts'

export interface ListedTransaction {
  readonly transactionalId: string
  readonly producerId: number
  /** Such as `Ongoing` or `CompleteCommit`. */
  readonly state: string
  /** The broker that coordinates it. */
  readonly coordinator: number
}

export interface TransactionDescription {
  readonly transactionalId: string
  readonly state: string
  readonly timeoutMs: number
  /** When the open transaction began; `undefined` if none is open. */
  readonly startedAt: number | undefined
  readonly producerId: number
  readonly producerEpoch: number
  /** Partitions of the open transaction; while it is being completed, those that lack a marker. */
  readonly partitions: readonly TopicPartition[]
}

/** A producer as the leader of a partition knows it. */
export interface PartitionProducer extends TopicPartition {
  readonly producerId: number
  readonly producerEpoch: number
  readonly lastSequence: number
  readonly lastTimestamp: number
  /** Epoch of the coordinator that wrote its last marker here; -1 for none. */
  readonly coordinatorEpoch: number
  /** Where its open transaction begins; `undefined` if none is open. */
  readonly transactionStart: number | undefined
}

export class TransactionAdmin {
  readonly #cluster: Cluster

  constructor(cluster: Cluster) {
    this.#cluster = cluster
  }

  /** The transactional ids of all brokers: each lists those that it coordinates. `states` empty: all of them. */
  async list(states: readonly string[] = []): Promise<readonly ListedTransaction[]> {
    const what = 'list transactions'
    const request = ListTransactions.request.create({ stateFilters: states })
    const nodes = await this.#cluster.nodes()
    const answers = await Promise.all(
      nodes.map(node =>
        callBroker(this.#cluster, node, ListTransactions, request, {
          what,
          again: ({ errorCode }) => againOn(errorCode, () => refusal(errorCode, what)),
        }),
      ),
    )
    return answers.flatMap(({ transactionStates }, index) =>
      transactionStates.map(({ transactionalId, producerId, transactionState }) => ({
        transactionalId,
        producerId,
        state: transactionState,
        coordinator: nodes[index]!,
      })),
    )
  }

  /** What the coordinator knows of a transactional id; `undefined` if it knows none of that name. */
  async describe(transactionalId: string): Promise<TransactionDescription | undefined> {
    const what = `describe the transaction of "${transactionalId}"`
    const { transactionStates } = await callCoordinator(
      this.#cluster,
      { type: 'transaction', key: transactionalId },
      DescribeTransactions,
      DescribeTransactions.request.create({ transactionalIds: [transactionalId] }),
      {
        what,
        again: answer =>
          firstAgain(answer.transactionStates, ({ errorCode }) =>
            errorCode === notFound ? undefined : againOn(errorCode, () => refusal(errorCode, what)),
          ),
      },
    )
    const [found] = transactionStates
    if (found === undefined || found.errorCode !== 0) return undefined
    return {
      transactionalId,
      state: found.transactionState,
      timeoutMs: found.transactionTimeoutMs,
      startedAt: found.transactionStartTimeMs < 0 ? undefined : found.transactionStartTimeMs,
      producerId: found.producerId,
      producerEpoch: found.producerEpoch,
      partitions: found.topics.flatMap(({ topic, partitions }) =>
        partitions.map(partition => ({ topic, partition })),
      ),
    }
  }

  /** The producers that the leaders of partitions keep in mind. */
  async producers(partitions: Iterable<TopicPartition>): Promise<readonly PartitionProducer[]> {
    const found = await callLeaders<TopicPartition, readonly PartitionProducer[]>(
      this.#cluster,
      [...partitions],
      {
        what: 'describe producers',
        refused: ({ topic, partition }, code) =>
          refusal(code, 'describe producers', { where: partitionKey(topic, partition) }),
        send: async (connection, items) => {
          const request = DescribeProducers.request.create({
            topics: [...byTopic(items)].map(([name, those]) => ({
              name,
              partitionIndexes: those.map(({ partition }) => partition),
            })),
          })
          const { topics } = await this.#cluster.send(connection, DescribeProducers, request)
          return topics.flatMap(({ name: topic, partitions: answers }) =>
            answers.map(({ partitionIndex: partition, errorCode, activeProducers }) => ({
              topic,
              partition,
              errorCode,
              result: activeProducers.map(({ currentTxnStartOffset, ...producer }) => ({
                topic,
                partition,
                ...producer,
                transactionStart: currentTxnStartOffset < 0 ? undefined : currentTxnStartOffset,
              })),
            })),
          )
        },
      },
    )
    return found.flat()
  }

  /** Fences the producer of a transactional id and waits until what it left open is aborted. */
  async fence({ transactionalId, timeoutMs }: TransactionDescription): Promise<void> {
    const identity = new ProducerIdentity({
      cluster: this.#cluster,
      transactionalId,
      transactionTimeoutMs: timeoutMs,
    })
    await identity.acquire()
  }

  /** Writes an abort marker for the open transaction of a producer into one partition. */
  async abort({
    topic,
    partition,
    producerId,
    producerEpoch,
    ...producer
  }: PartitionProducer): Promise<void> {
    const what = `abort the transaction of producer ${producerId}`
    const request = WriteTxnMarkers.request.create({
      markers: [
        {
          producerId,
          producerEpoch,
          transactionResult: false,
          topics: [{ name: topic, partitionIndexes: [partition] }],
          // A partition that never saw a marker of this producer knows no coordinator: the first epoch is 0.
          coordinatorEpoch: Math.max(0, producer.coordinatorEpoch),
          transactionVersion: 0,
        },
      ],
    })
    await callLeaders<TopicPartition, undefined>(this.#cluster, [{ topic, partition }], {
      what,
      refused: (_item, code) => refusal(code, what, { where: partitionKey(topic, partition) }),
      send: async connection => {
        const { markers } = await this.#cluster.send(connection, WriteTxnMarkers, request)
        return markers.flatMap(marker =>
          marker.topics.flatMap(({ name, partitions }) =>
            partitions.map(({ partitionIndex, errorCode }) => ({
              topic: name,
              partition: partitionIndex,
              errorCode,
              result: undefined,
            })),
          ),
        )
      },
    })
  }
}

const notFound = kafkaErrors.TRANSACTIONAL_ID_NOT_FOUND.code
