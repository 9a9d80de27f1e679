/** Committed offsets of a group: commits them, and fetches them once no transaction is pending on them. */
import type { TopicPartition } from '../../src/base/topic-partition.ts'
import { zeroUuid } from '../../src/base/uuid.ts'
import { kafkaErrors } from '../../src/protocol/errors.ts'
import { OffsetCommit, type OffsetCommitResponse } from '../../src/protocol/messages/08-offset-commit.ts'
import { OffsetFetch, type OffsetFetchResponse } from '../../src/protocol/messages/09-offset-fetch.ts'
import { byTopic, callCoordinator } from './calls.ts'
import type { Cluster } from './cluster.ts'
import { refusal } from './refusal.ts'
import { againOn, type Again } from './retry.ts'

/** Where a group goes on reading a partition. */
export interface OffsetToCommit extends TopicPartition {
  /** The offset of the next record to be processed. */
  readonly offset: number
  /** Epoch of the leader that served the last record before `offset`; -1 if not known (the default). */
  readonly leaderEpoch?: number
  /** Text kept with the offset, at most 4096 bytes by default on brokers. */
  readonly metadata?: string
}

/** A committed offset as the coordinator keeps it. */
export interface CommittedOffset extends TopicPartition {
  readonly offset: number
  readonly leaderEpoch: number
  readonly metadata: string
}

/** Who a member is, so that the commit of one that the group has moved on from is refused. */
export interface GroupMetadata {
  readonly groupId: string
  /** -1 for a commit from outside of the group's protocol. */
  readonly generationId: number
  /** Empty for a commit from outside of the group's protocol. */
  readonly memberId: string
  readonly instanceId: string | undefined
}

/** From version 10 on topics go by id, which the names of a group's subscription do not need. */
const namedTopicsVersionMax = 9
const groupsVersionMin = 8

export class GroupOffsets {
  readonly #cluster: Cluster
  readonly #groupId: string

  constructor(cluster: Cluster, groupId: string) {
    this.#cluster = cluster
    this.#groupId = groupId
  }

  /** Commits offsets. MR-5046 if the group has moved on from this member, MR-5053 while it is being rebalanced. */
  async commit(offsets: Iterable<OffsetToCommit>, group: GroupMetadata): Promise<void> {
    const topics = offsetTopics(offsets)
    if (topics.length === 0) return
    const what = `commit offsets of group "${this.#groupId}"`
    const request = OffsetCommit.request.create({
      groupId: this.#groupId,
      generationIdOrMemberEpoch: group.generationId,
      memberId: group.memberId,
      groupInstanceId: group.instanceId ?? null,
      topics,
    })
    await callCoordinator(this.#cluster, this.#coordinator, OffsetCommit, request, {
      what,
      versionMax: namedTopicsVersionMax,
      again: response => commitOutcome(response, what),
    })
  }

  /**
   * The committed offsets of partitions, those without one left out; of all partitions by default. Waits while a
   * transaction on them is undecided (`requireStable`, default true), so that a task never starts before the records that
   * its predecessor committed.
   */
  async fetch(
    partitions?: Iterable<TopicPartition>,
    options: { readonly requireStable?: boolean } = {},
  ): Promise<readonly CommittedOffset[]> {
    const groups = partitions === undefined ? undefined : byTopic(partitions)
    if (groups?.size === 0) return []
    const topics =
      groups === undefined
        ? null
        : [...groups].map(([name, items]) => ({
            name,
            partitionIndexes: items.map(({ partition }) => partition),
          }))
    const what = `fetch committed offsets of group "${this.#groupId}"`
    const groupId = this.#groupId
    const requireStable = options.requireStable ?? true
    const response = await callCoordinator(
      this.#cluster,
      this.#coordinator,
      OffsetFetch,
      version => {
        if (version < groupsVersionMin) {
          return OffsetFetch.request.create({ groupId, topics, requireStable: version >= 7 && requireStable })
        }
        const named = topics?.map(topic => ({ ...topic, topicId: zeroUuid })) ?? null
        const group = { groupId, memberId: null, memberEpoch: -1, topics: named }
        return OffsetFetch.request.create({ groups: [group], requireStable })
      },
      { what, versionMax: namedTopicsVersionMax, again: answer => fetchOutcome(answer, what) },
    )
    return committedOffsets(response)
  }

  get #coordinator(): { readonly type: 'group'; readonly key: string } {
    return { type: 'group', key: this.#groupId }
  }
}

/** Offsets laid out as OffsetCommit and TxnOffsetCommit want them. */
export function offsetTopics(offsets: Iterable<OffsetToCommit>) {
  return [...byTopic(offsets)].map(([name, items]) => ({
    name,
    topicId: zeroUuid,
    partitions: items.map(({ partition, offset, leaderEpoch = -1, metadata = '' }) => ({
      partitionIndex: partition,
      committedOffset: offset,
      committedLeaderEpoch: leaderEpoch,
      committedMetadata: metadata,
    })),
  }))
}

/** Codes by which a coordinator says that the member is not, or no longer, who owns the partitions. */
const movedOn: ReadonlySet<number> = new Set([
  kafkaErrors.ILLEGAL_GENERATION.code,
  kafkaErrors.UNKNOWN_MEMBER_ID.code,
  kafkaErrors.FENCED_INSTANCE_ID.code,
  kafkaErrors.STALE_MEMBER_EPOCH.code,
])

/** Whether a commit was refused because the group has moved on. */
export function isMovedOn(code: number): boolean {
  return movedOn.has(code)
}

function commitOutcome(response: OffsetCommitResponse, what: string): Again | undefined {
  let again: Again | undefined
  for (const { name, partitions } of response.topics) {
    for (const { partitionIndex, errorCode } of partitions) {
      again ??= againOn(errorCode, () => {
        const where = `${name}-${partitionIndex}`
        if (errorCode === kafkaErrors.REBALANCE_IN_PROGRESS.code) {
          return refusal(errorCode, what, { code: 'MR-5053', where })
        }
        if (!isMovedOn(errorCode)) return refusal(errorCode, what, { where })
        const fix = 'Let go of the partitions; their new owner goes on from the last committed offsets.'
        return refusal(errorCode, what, { code: 'MR-5046', where, fix })
      })
    }
  }
  return again
}

interface FetchedOffsetTopic {
  readonly name: string
  readonly partitions: readonly {
    readonly partitionIndex: number
    readonly committedOffset: number
    readonly committedLeaderEpoch: number
    readonly metadata: string | null
    readonly errorCode: number
  }[]
}

function fetchedTopics(response: OffsetFetchResponse): readonly FetchedOffsetTopic[] {
  const [group] = response.groups
  return group === undefined ? response.topics : group.topics
}

function fetchOutcome(response: OffsetFetchResponse, what: string): Again | undefined {
  const code = response.groups[0]?.errorCode ?? response.errorCode
  const again = againOn(code, () => refusal(code, what))
  if (again !== undefined) return again
  for (const { name, partitions } of fetchedTopics(response)) {
    for (const { partitionIndex, errorCode } of partitions) {
      const partitionAgain = againOn(errorCode, () =>
        refusal(errorCode, what, { where: `${name}-${partitionIndex}` }),
      )
      if (partitionAgain !== undefined) return partitionAgain
    }
  }
  return undefined
}

/** Partitions without a committed offset are answered with -1. */
function committedOffsets(response: OffsetFetchResponse): readonly CommittedOffset[] {
  return fetchedTopics(response).flatMap(({ name, partitions }) =>
    partitions
      .filter(({ committedOffset }) => committedOffset >= 0)
      .map(({ partitionIndex, committedOffset, committedLeaderEpoch, metadata }) => ({
        topic: name,
        partition: partitionIndex,
        offset: committedOffset,
        leaderEpoch: committedLeaderEpoch,
        metadata: metadata ?? '',
      })),
  )
}
