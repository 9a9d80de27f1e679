/** The requests within a transaction: partitions and groups that it takes in, and the offsets that commit with it. */
import { kafkaErrors } from '../../src/protocol/errors.ts'
import { Produce } from '../../src/protocol/messages/00-produce.ts'
import { ApiVersions } from '../../src/protocol/messages/18-api-versions.ts'
import {
  AddPartitionsToTxn,
  type AddPartitionsToTxnResponse,
} from '../../src/protocol/messages/24-add-partitions-to-txn.ts'
import { AddOffsetsToTxn } from '../../src/protocol/messages/25-add-offsets-to-txn.ts'
import { EndTxn } from '../../src/protocol/messages/26-end-txn.ts'
import {
  TxnOffsetCommit,
  type TxnOffsetCommitResponse,
} from '../../src/protocol/messages/28-txn-offset-commit.ts'
import { byTopic, callCoordinator } from './calls.ts'
import type { Cluster } from './cluster.ts'
import { fenced, isFenced, type ProducerIdentity } from './identity.ts'
import { isMovedOn, offsetTopics, type GroupMetadata, type OffsetToCommit } from './offsets.ts'
import type { PartitionQueue } from './partition-queue.ts'
import { refusal } from './refusal.ts'
import { againOn, type Again } from './retry.ts'
import { transactionError } from './transaction-errors.ts'

/** Version of the transaction protocol: 2 is KIP-890. */
export type TransactionVersion = 1 | 2

/** The last version of each API that belongs to version 1 of the transaction protocol. */
export const version1 = { produceMax: 11, endTxnMax: 4, offsetCommitMax: 4, addPartitionsMax: 3 } as const
/** The first version of each API that belongs to version 2. */
export const version2 = { produceMin: 12, endTxnMin: 5, offsetCommitMin: 5 } as const
/** From version 6 on topics go by id. */
const offsetCommitNamedMax = 5

/**
 * The protocol that the cluster speaks: version 2 if its brokers know the requests and, where they tell which features
 * are switched on, `transaction.version` is at least 2.
 */
export async function transactionVersion(
  cluster: Cluster,
  transactionalId: string,
): Promise<TransactionVersion> {
  const coordinator = { type: 'transaction', key: transactionalId } as const
  const what = 'ask which features the broker has'
  const request = ApiVersions.request.create({
    clientSoftwareName: 'millrace',
    clientSoftwareVersion: '0.1.0',
  })
  const { finalizedFeatures, finalizedFeaturesEpoch } = await callCoordinator(
    cluster,
    coordinator,
    ApiVersions,
    request,
    {
      what,
      lane: 'transaction',
      // Version 5 wants to know whom it was sent to, which a bootstrap address does not tell.
      versionMax: 4,
      again: ({ errorCode }) => againOn(errorCode, () => refusal(errorCode, what)),
    },
  )
  const connection = await cluster.coordinator('transaction', transactionalId, 'transaction')
  const known =
    (connection.versions(EndTxn)?.max ?? 0) >= version2.endTxnMin &&
    (connection.versions(TxnOffsetCommit)?.max ?? 0) >= version2.offsetCommitMin &&
    (connection.versions(Produce)?.max ?? 0) >= version2.produceMin
  const feature = finalizedFeatures.find(({ name }) => name === 'transaction.version')
  const tells = finalizedFeaturesEpoch >= 0 || finalizedFeatures.length > 0
  const level = feature?.maxVersionLevel ?? (tells ? 0 : 2)
  return known && level >= 2 ? 2 : 1
}

export interface TransactionCallsOptions {
  readonly cluster: Cluster
  readonly transactionalId: string
  readonly identity: ProducerIdentity
}

export class TransactionCalls {
  readonly #options: TransactionCallsOptions

  constructor(options: TransactionCallsOptions) {
    this.#options = options
  }

  /** Makes partitions part of the transaction; only in version 1. */
  async addPartitions(partitions: readonly PartitionQueue[]): Promise<void> {
    const { cluster, transactionalId, identity } = this.#options
    const what = `add ${partitions.length} partitions to the transaction of "${transactionalId}"`
    const request = AddPartitionsToTxn.request.create({
      v3AndBelowTransactionalId: transactionalId,
      v3AndBelowProducerId: identity.producerId,
      v3AndBelowProducerEpoch: identity.producerEpoch,
      v3AndBelowTopics: [...byTopic(partitions)].map(([name, items]) => ({
        name,
        partitions: items.map(({ partition }) => partition),
      })),
    })
    await callCoordinator(cluster, this.#coordinator, AddPartitionsToTxn, request, {
      what,
      lane: 'transaction',
      versionMax: version1.addPartitionsMax,
      again: response => addOutcome(response, what),
    })
  }

  /** Makes the offsets of a group part of the transaction; only in version 1. */
  async addOffsets(groupId: string): Promise<void> {
    const { cluster, transactionalId, identity } = this.#options
    const what = `add the offsets of group "${groupId}" to the transaction of "${transactionalId}"`
    const { producerId, producerEpoch } = identity
    const request = AddOffsetsToTxn.request.create({ transactionalId, producerId, producerEpoch, groupId })
    await callCoordinator(cluster, this.#coordinator, AddOffsetsToTxn, request, {
      what,
      lane: 'transaction',
      again: ({ errorCode }) => againOn(errorCode, () => transactionError(errorCode, what)),
    })
  }

  /**
   * Writes offsets that take effect when the transaction commits. One request for all partitions, with who the member is:
   * MR-5046 if the group has moved on from it.
   */
  async commitOffsets(
    offsets: readonly OffsetToCommit[],
    group: GroupMetadata,
    version: TransactionVersion,
  ): Promise<void> {
    const { cluster, transactionalId, identity } = this.#options
    const what = `commit offsets of group "${group.groupId}" in the transaction of "${transactionalId}"`
    const request = TxnOffsetCommit.request.create({
      transactionalId,
      groupId: group.groupId,
      producerId: identity.producerId,
      producerEpoch: identity.producerEpoch,
      generationIdOrMemberEpoch: group.generationId,
      memberId: group.memberId,
      groupInstanceId: group.instanceId ?? null,
      topics: offsetTopics(offsets),
    })
    await callCoordinator(cluster, { type: 'group', key: group.groupId }, TxnOffsetCommit, request, {
      what,
      // Generation and member are part of the request from version 3 on: without them a zombie could commit.
      versionMin: version === 2 ? version2.offsetCommitMin : 3,
      versionMax: version === 2 ? offsetCommitNamedMax : version1.offsetCommitMax,
      again: response => offsetOutcome(response, what),
    })
  }

  get #coordinator(): { readonly type: 'transaction'; readonly key: string } {
    return { type: 'transaction', key: this.#options.transactionalId }
  }
}

function addOutcome(response: AddPartitionsToTxnResponse, what: string): Again | undefined {
  let again: Again | undefined
  const results = response.resultsByTopicV3AndBelow.flatMap(({ resultsByPartition }) => resultsByPartition)
  for (const { partitionErrorCode: code } of results) {
    // Partitions beside one that was refused were not tried.
    if (code === kafkaErrors.OPERATION_NOT_ATTEMPTED.code) continue
    again ??= againOn(code, () => transactionError(code, what))
  }
  return again
}

function offsetOutcome(response: TxnOffsetCommitResponse, what: string): Again | undefined {
  let again: Again | undefined
  for (const { name, partitions } of response.topics) {
    for (const { partitionIndex, errorCode } of partitions) {
      again ??= againOn(errorCode, () => {
        if (isFenced(errorCode)) return fenced(errorCode, what)
        const where = `${name}-${partitionIndex}`
        return refusal(errorCode, what, { code: isMovedOn(errorCode) ? 'MR-5046' : 'MR-5042', where })
      })
    }
  }
  return again
}
