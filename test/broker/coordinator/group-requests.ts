/** Requests of group members in few words. */
import { utf8Bytes } from '../../../src/base/text.ts'
import { zeroUuid } from '../../../src/base/uuid.ts'
import type { Connection } from '../../../src/protocol/connection.ts'
import { OffsetCommit } from '../../../src/protocol/messages/08-offset-commit.ts'
import { OffsetFetch } from '../../../src/protocol/messages/09-offset-fetch.ts'
import { JoinGroup, type JoinGroupResponse } from '../../../src/protocol/messages/11-join-group.ts'
import { Heartbeat } from '../../../src/protocol/messages/12-heartbeat.ts'
import { LeaveGroup } from '../../../src/protocol/messages/13-leave-group.ts'
import { SyncGroup, type SyncGroupResponse } from '../../../src/protocol/messages/14-sync-group.ts'
import { DescribeGroups } from '../../../src/protocol/messages/15-describe-groups.ts'
import { settle } from '../virtual-clock.ts'
import { errorName, type World } from './world.ts'

export interface JoinOptions {
  readonly group?: string
  readonly memberId?: string
  readonly instanceId?: string | null
  readonly sessionMs?: number
  readonly rebalanceMs?: number
  readonly protocols?: readonly string[]
  readonly metadata?: Uint8Array
  readonly type?: string
  readonly version?: number
}

export function join(connection: Connection, options: JoinOptions = {}): Promise<JoinGroupResponse> {
  const { protocols = ['range'], metadata = utf8Bytes('subscription') } = options
  return connection.send(JoinGroup, options.version ?? 9, {
    groupId: options.group ?? 'group',
    sessionTimeoutMs: options.sessionMs ?? 10_000,
    rebalanceTimeoutMs: options.rebalanceMs ?? 60_000,
    memberId: options.memberId ?? '',
    groupInstanceId: options.instanceId ?? null,
    protocolType: options.type ?? 'consumer',
    protocols: protocols.map(name => ({ name, metadata })),
    reason: null,
  })
}

/** Both steps of joining: the id, then the join with it. Answers the id and the promise of the second answer. */
export async function enter(
  connection: Connection,
  options: JoinOptions = {},
): Promise<{ memberId: string; joined: Promise<JoinGroupResponse> }> {
  const { memberId } = await join(connection, options)
  return { memberId, joined: join(connection, { ...options, memberId }) }
}

/** A member on a connection of its own. */
export interface TestMember {
  readonly connection: Connection
  readonly memberId: string
  readonly generationId: number
}

/** Makes a stable group of `count` members, each assigned its own id. */
export async function stableGroup(
  world: World,
  count: number,
  options: JoinOptions = {},
): Promise<TestMember[]> {
  const connections = Array.from({ length: count }, () => world.broker.connect({ clientId: 'client' }))
  const entered = []
  for (const connection of connections) entered.push(await enter(connection, options))
  return settleGroup(
    entered.map(({ memberId }, index) => ({ connection: connections[index]!, memberId, generationId: -1 })),
    options,
  )
}

/** Lets members join again until they are one stable generation. */
export async function settleGroup(
  members: readonly TestMember[],
  options: JoinOptions = {},
): Promise<TestMember[]> {
  const group = options.group ?? 'group'
  const joins = await joinTogether(members, options)
  for (const { errorCode } of joins) if (errorCode !== 0) throw new Error(`join: ${errorName(errorCode)}`)
  const { generationId } = joins[0]!
  await Promise.all(
    members.map(({ connection, memberId }, index) =>
      sync(connection, {
        group,
        memberId,
        generationId,
        assignments:
          joins[index]!.leader === memberId ? joins[index]!.members.map(each => each.memberId) : [],
      }),
    ),
  )
  return members.map(member => ({ ...member, generationId }))
}

/** Who comes first to an empty group is a generation of its own and has to come again for the others. */
async function joinTogether(
  members: readonly TestMember[],
  options: JoinOptions,
): Promise<readonly JoinGroupResponse[]> {
  await settle()
  const joins = new Map<TestMember, Promise<JoinGroupResponse>>()
  const answers = new Map<TestMember, JoinGroupResponse>()
  for (let round = 0; round < 5; round++) {
    for (const member of members) {
      if (joins.has(member) && !answers.has(member)) continue
      answers.delete(member)
      const joined = join(member.connection, { ...options, memberId: member.memberId })
      joins.set(member, joined)
      void joined.then(answer => answers.set(member, answer))
    }
    await settle()
    const generations = new Set(Array.from(answers.values(), ({ generationId }) => generationId))
    if (answers.size === members.length && generations.size === 1) break
  }
  return Promise.all(members.map(member => joins.get(member)!))
}

export function sync(
  connection: Connection,
  options: {
    readonly memberId: string
    readonly generationId: number
    readonly group?: string
    readonly instanceId?: string | null
    /** Members, each of which is assigned its own id. */
    readonly assignments?: readonly string[]
    readonly protocolName?: string | null
  },
): Promise<SyncGroupResponse> {
  const { protocolName = null } = options
  return connection.send(SyncGroup, protocolName === null ? 4 : 5, {
    groupId: options.group ?? 'group',
    generationId: options.generationId,
    memberId: options.memberId,
    groupInstanceId: options.instanceId ?? null,
    protocolType: protocolName === null ? null : 'consumer',
    protocolName,
    assignments: (options.assignments ?? []).map(id => ({ memberId: id, assignment: utf8Bytes(id) })),
  })
}

export async function heartbeat(
  connection: Connection,
  memberId: string,
  generationId: number,
  { group = 'group', instanceId = null as string | null } = {},
): Promise<string> {
  const request = { groupId: group, generationId, memberId, groupInstanceId: instanceId }
  return errorName((await connection.send(Heartbeat, 4, request)).errorCode)
}

export async function leave(
  connection: Connection,
  members: readonly { readonly memberId?: string; readonly instanceId?: string | null }[],
  group = 'group',
): Promise<string[]> {
  const response = await connection.send(LeaveGroup, 5, {
    groupId: group,
    memberId: '',
    members: members.map(({ memberId = '', instanceId = null }) => ({
      memberId,
      groupInstanceId: instanceId,
      reason: null,
    })),
  })
  return response.members.map(({ errorCode }) => errorName(errorCode))
}

export async function describeGroup(connection: Connection, group = 'group') {
  const request = { groups: [group], includeAuthorizedOperations: false }
  return (await connection.send(DescribeGroups, 6, request)).groups[0]!
}

export async function groupState(connection: Connection, group = 'group'): Promise<string> {
  return (await describeGroup(connection, group)).groupState
}

/** Commits one offset; answers the error's name. */
export async function commitOffset(
  connection: Connection,
  offset: number,
  options: {
    readonly group?: string
    readonly topic?: string
    readonly partition?: number
    readonly memberId?: string
    readonly generationId?: number
    readonly instanceId?: string | null
    readonly metadata?: string | null
    readonly retentionMs?: number
    readonly version?: number
  } = {},
): Promise<string> {
  const response = await connection.send(OffsetCommit, options.version ?? 9, {
    groupId: options.group ?? 'group',
    generationIdOrMemberEpoch: options.generationId ?? -1,
    memberId: options.memberId ?? '',
    groupInstanceId: options.instanceId ?? null,
    retentionTimeMs: options.retentionMs ?? -1,
    topics: [
      {
        name: options.topic ?? 'input',
        topicId: zeroUuid,
        partitions: [
          {
            partitionIndex: options.partition ?? 0,
            committedOffset: offset,
            committedLeaderEpoch: -1,
            committedMetadata: options.metadata ?? null,
          },
        ],
      },
    ],
  })
  return errorName(response.topics[0]!.partitions[0]!.errorCode)
}

/** The committed offset of a partition: a number, or the error's name. */
export async function committed(
  connection: Connection,
  { group = 'group', topic = 'input', partition = 0, requireStable = false } = {},
): Promise<number | string> {
  const response = await connection.send(OffsetFetch, 9, {
    groupId: '',
    topics: null,
    groups: [
      {
        groupId: group,
        memberId: null,
        memberEpoch: -1,
        topics: [{ name: topic, topicId: zeroUuid, partitionIndexes: [partition] }],
      },
    ],
    requireStable,
  })
  const found = response.groups[0]!.topics[0]!.partitions[0]!
  return found.errorCode === 0 ? found.committedOffset : errorName(found.errorCode)
}
