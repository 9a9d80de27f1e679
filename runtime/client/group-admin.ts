/** Describes and deletes groups, and sets their offsets: the half of `Admin` that is about groups. */
import { StreamsError } from '../../src/base/errors.ts'
import type { TopicPartition } from '../../src/base/topic-partition.ts'
import { kafkaErrors } from '../../src/protocol/errors.ts'
import { ConsumerGroupDescribe } from '../../src/protocol/messages/69-consumer-group-describe.ts'
import { DescribeGroups } from '../../src/protocol/messages/15-describe-groups.ts'
import { ListGroups } from '../../src/protocol/messages/16-list-groups.ts'
import { DeleteGroups } from '../../src/protocol/messages/42-delete-groups.ts'
import { OffsetDelete } from '../../src/protocol/messages/47-offset-delete.ts'
import { byTopic, callBroker, callCoordinator, firstAgain } from './calls.ts'
import type { Cluster } from './cluster.ts'
import { classicGroup, consumerGroup, noGroup, type GroupDescription } from './group-description.ts'
import { GroupOffsets, type CommittedOffset, type OffsetToCommit } from './offsets.ts'
import { refusal, said } from './refusal.ts'
import { againOn } from './retry.ts'

export interface ListedGroup {
  readonly groupId: string
  readonly protocolType: string
  /** Empty where the broker does not tell. */
  readonly state: string
  /** `classic`, `consumer`, `share` or `streams`; empty where the broker does not tell. */
  readonly type: string
}

/** Which groups are listed; without one of them, whatever it says. */
export interface GroupFilters {
  readonly states?: readonly string[] | undefined
  readonly types?: readonly string[] | undefined
}

export class GroupAdmin {
  protected readonly cluster: Cluster

  constructor(cluster: Cluster) {
    this.cluster = cluster
  }

  /**
   * The groups of all brokers: each lists those that it coordinates. `states` and `types` leave others out, in any case; brokers
   * from before Kafka 2.6 and 3.8 do not tell them, so that nothing of theirs is left.
   */
  async listGroups(filters: GroupFilters = {}): Promise<readonly ListedGroup[]> {
    const what = 'list groups'
    const [states, types] = [wanted(filters.states), wanted(filters.types)]
    const nodes = await this.cluster.nodes()
    const answers = await Promise.all(
      nodes.map(node =>
        callBroker(this.cluster, node, ListGroups, ListGroups.request.create(), {
          what,
          again: ({ errorCode }) => againOn(errorCode, () => refusal(errorCode, what)),
        }),
      ),
    )
    return answers
      .flatMap(({ groups }) =>
        groups.map(({ groupId, protocolType, groupState, groupType }) => ({
          groupId,
          protocolType,
          state: groupState,
          type: groupType.toLowerCase(),
        })),
      )
      .filter(({ state, type }) => states?.has(state.toLowerCase()) !== false && types?.has(type) !== false)
  }

  describeGroups(groupIds: readonly string[]): Promise<readonly GroupDescription[]> {
    return Promise.all(groupIds.map(groupId => this.#describeGroup(groupId)))
  }

  /** All committed offsets of a group. */
  listGroupOffsets(groupId: string): Promise<readonly CommittedOffset[]> {
    return new GroupOffsets(this.cluster, groupId).fetch(undefined, { requireStable: false })
  }

  /** Sets offsets of a group that has no members; MR-5046 if it has. */
  alterGroupOffsets(groupId: string, offsets: Iterable<OffsetToCommit>): Promise<void> {
    const outside = { groupId, generationId: -1, memberId: '', instanceId: undefined }
    return new GroupOffsets(this.cluster, groupId).commit(offsets, outside)
  }

  /** Forgets committed offsets of partitions that no member subscribes to. */
  async deleteGroupOffsets(groupId: string, partitions: Iterable<TopicPartition>): Promise<void> {
    const what = `delete committed offsets of group "${groupId}"`
    const request = OffsetDelete.request.create({
      groupId,
      topics: [...byTopic(partitions)].map(([name, items]) => ({
        name,
        partitions: items.map(({ partition }) => ({ partitionIndex: partition })),
      })),
    })
    await callCoordinator(this.cluster, { type: 'group', key: groupId }, OffsetDelete, request, {
      what,
      again: ({ errorCode, topics }) =>
        againOn(errorCode, () => refusal(errorCode, what)) ??
        firstAgain(
          topics.flatMap(topic => topic.partitions),
          partition => againOn(partition.errorCode, () => refusal(partition.errorCode, what)),
        ),
    })
  }

  /** Deletes groups with all their offsets. Not an error if one does not exist; MR-5041 if one has members. */
  async deleteGroups(groupIds: readonly string[]): Promise<void> {
    await Promise.all(groupIds.map(groupId => this.#deleteGroup(groupId)))
  }

  async #deleteGroup(groupId: string): Promise<void> {
    const what = `delete group "${groupId}"`
    const request = DeleteGroups.request.create({ groupsNames: [groupId] })
    await callCoordinator(this.cluster, { type: 'group', key: groupId }, DeleteGroups, request, {
      what,
      again: ({ results }) =>
        firstAgain(results, ({ errorCode, errorMessage }) =>
          errorCode === kafkaErrors.GROUP_ID_NOT_FOUND.code
            ? undefined
            : againOn(errorCode, () => refusal(errorCode, what, { message: said(errorMessage) })),
        ),
    })
  }

  /** As one of the consumer protocol, where the broker has those and it is one; else as a classic one. */
  async #describeGroup(groupId: string): Promise<GroupDescription> {
    let found: GroupDescription | undefined
    try {
      found = await this.#describeConsumerGroup(groupId)
    } catch (error) {
      // A broker from before KIP-848 does not know the request.
      if (!(error instanceof StreamsError) || error.code !== 'MR-5013') throw error
    }
    return found ?? this.#describeClassicGroup(groupId)
  }

  async #describeConsumerGroup(groupId: string): Promise<GroupDescription | undefined> {
    const what = `describe group "${groupId}"`
    const { groups } = await callCoordinator(
      this.cluster,
      { type: 'group', key: groupId },
      ConsumerGroupDescribe,
      ConsumerGroupDescribe.request.create({ groupIds: [groupId] }),
      {
        what,
        again: answer =>
          firstAgain(answer.groups, ({ errorCode, errorMessage }) =>
            // A group of the other protocol is "not found" too, and brokers may have this one switched off.
            notOfThisKind.has(errorCode)
              ? undefined
              : againOn(errorCode, () => refusal(errorCode, what, { message: said(errorMessage) })),
          ),
      },
    )
    const [group] = groups
    return group === undefined || group.errorCode !== 0 ? undefined : consumerGroup(group)
  }

  async #describeClassicGroup(groupId: string): Promise<GroupDescription> {
    const what = `describe group "${groupId}"`
    const request = DescribeGroups.request.create({ groups: [groupId] })
    const coordinator = { type: 'group', key: groupId } as const
    const { groups } = await callCoordinator(this.cluster, coordinator, DescribeGroups, request, {
      what,
      again: answer =>
        firstAgain(answer.groups, ({ errorCode, errorMessage }) =>
          // From version 6 on a group that does not exist is an error; before, it is a dead one.
          errorCode === kafkaErrors.GROUP_ID_NOT_FOUND.code
            ? undefined
            : againOn(errorCode, () => refusal(errorCode, what, { message: said(errorMessage) })),
        ),
    })
    const [group] = groups
    return group === undefined || group.errorCode !== 0 ? noGroup(groupId) : classicGroup(group)
  }
}

function wanted(words: readonly string[] | undefined): ReadonlySet<string> | undefined {
  return words === undefined ? undefined : new Set(words.map(word => word.toLowerCase()))
}

const notOfThisKind: ReadonlySet<number> = new Set([
  kafkaErrors.GROUP_ID_NOT_FOUND.code,
  kafkaErrors.UNSUPPORTED_VERSION.code,
])
