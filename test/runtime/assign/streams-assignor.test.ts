/** The assignor of applications: whole tasks, handed over only by those who have given them up. */
import { describe, expect, it } from 'vitest'
import { decodeUserData, encodeUserData, streamsAssignor } from '../../../runtime/assign/streams-assignor.ts'
import type { AssignorMember, MemberAssignment } from '../../../runtime/client/assignor.ts'
import type { TopicPartition } from '../../../src/base/topic-partition.ts'

const assignor = streamsAssignor([{ id: 0, sourceTopics: ['orders', 'customers'] }], 'print')

/** The partitions of tasks 0_n of both topics. */
function partitionsOf(...numbers: readonly number[]): TopicPartition[] {
  return numbers.flatMap(partition => ['orders', 'customers'].map(topic => ({ topic, partition })))
}

function member(
  memberId: string,
  owned: readonly TopicPartition[],
  more: { readonly ownedGeneration?: number; readonly fingerprint?: string } = {},
): AssignorMember {
  const { ownedGeneration = owned.length === 0 ? -1 : 4, fingerprint = 'print' } = more
  return {
    memberId,
    instanceId: memberId,
    topics: ['orders', 'customers'],
    owned,
    ownedGeneration,
    rackId: undefined,
    userData: encodeUserData({ version: 1, fingerprint }),
  }
}

async function assign(...members: readonly AssignorMember[]): Promise<ReadonlyMap<string, MemberAssignment>> {
  const partitionCounts = new Map([
    ['orders', 4],
    ['customers', 4],
  ])
  return assignor.assign({ groupId: 'app', generationId: 5, members, partitionCounts })
}

describe('streamsAssignor', () => {
  it('keeps the partitions of a task together', async () => {
    const dealt = await assign(member('a', []), member('b', []))
    for (const { partitions } of dealt.values())
      for (const { partition } of partitions)
        expect(partitions.filter(each => each.partition === partition)).toHaveLength(2)
  })

  it('gives a task to nobody in the round that takes it from its owner, and to the newcomer in the next', async () => {
    const first = await assign(member('a', partitionsOf(0, 1, 2, 3)), member('b', []))
    const kept = first.get('a')!.partitions
    expect(kept).toHaveLength(4)
    expect(first.get('b')!.partitions).toEqual([])
    const second = await assign(member('a', kept), member('b', []))
    expect(second.get('a')!.partitions).toEqual(kept)
    expect(second.get('b')!.partitions).toHaveLength(4)
  })

  it('believes the latest of two who say that they run a task', async () => {
    const dealt = await assign(
      member('a', partitionsOf(0, 1), { ownedGeneration: 3 }),
      member('b', partitionsOf(0, 1), { ownedGeneration: 4 }),
    )
    expect(dealt.get('b')!.partitions).toEqual(partitionsOf(0, 1))
    expect(dealt.get('a')!.partitions).toEqual(partitionsOf(2, 3))
  })

  it('gives nothing to a member with another topology, and tells it', async () => {
    const dealt = await assign(member('a', []), member('z', partitionsOf(0), { fingerprint: 'other' }))
    expect(dealt.get('z')!.partitions).toEqual([])
    expect(decodeUserData(dealt.get('z')!.userData)).toMatchObject({ error: 'TOPOLOGY_MISMATCH' })
    // What it runs it has to give up first.
    expect(dealt.get('a')!.partitions).toEqual(partitionsOf(1, 2, 3))
  })
})
