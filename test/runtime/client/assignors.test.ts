/** The built-in assignors: complete, balanced, sticky, and cooperative. */
import { describe, expect, it } from 'vitest'
import { randomIndex, seededRandom, type Random } from '../../../src/base/random.ts'
import { partitionKey, type TopicPartition } from '../../../src/base/topic-partition.ts'
import type { AssignorMember, MemberAssignment } from '../../../runtime/client/assignor.ts'
import { rangeAssignor } from '../../../runtime/client/range-assignor.ts'
import { cooperativeStickyAssignor } from '../../../runtime/client/sticky-assignor.ts'

function member(memberId: string, rest: Partial<AssignorMember> = {}): AssignorMember {
  return {
    memberId,
    instanceId: undefined,
    topics: ['orders'],
    owned: [],
    ownedGeneration: -1,
    rackId: undefined,
    userData: null,
    ...rest,
  }
}

function orders(...partitions: readonly number[]): TopicPartition[] {
  return partitions.map(partition => ({ topic: 'orders', partition }))
}

type Assigned = ReadonlyMap<string, MemberAssignment>

function assign(members: readonly AssignorMember[], counts: Record<string, number>): Assigned {
  const partitionCounts = new Map(Object.entries(counts))
  return cooperativeStickyAssignor.assign({
    groupId: 'g',
    generationId: 1,
    members,
    partitionCounts,
  }) as Assigned
}

function keysOf(assigned: Assigned, memberId: string): string[] {
  return assigned.get(memberId)!.partitions.map(({ topic, partition }) => partitionKey(topic, partition))
}

/** Assigns again, with what each then owns, until nothing moves. */
function settled(members: readonly AssignorMember[], counts: Record<string, number>): Assigned {
  let current = members
  for (let round = 1; round <= 3; round++) {
    const assigned = assign(current, counts)
    current = current.map(item => ({
      ...item,
      owned: assigned.get(item.memberId)!.partitions,
      ownedGeneration: round,
    }))
  }
  return new Map(current.map(({ memberId, owned }) => [memberId, { partitions: owned, userData: null }]))
}

describe('the sticky assignor', () => {
  it('gives nothing to anybody that another owner has not given up', () => {
    const owner = member('a', { owned: orders(0, 1, 2, 3), ownedGeneration: 1 })
    const assigned = assign([owner, member('b')], { orders: 4 })
    expect(keysOf(assigned, 'a')).toHaveLength(2)
    expect(keysOf(assigned, 'b')).toEqual([])
    const next = settled([owner, member('b')], { orders: 4 })
    expect(keysOf(next, 'b')).toHaveLength(2)
  })

  it('believes the newer of two claims, and neither of two equal ones', () => {
    const rivals = [
      member('a', { owned: orders(0, 1), ownedGeneration: 5 }),
      member('b', { owned: orders(0), ownedGeneration: 6 }),
      member('c', { owned: orders(1), ownedGeneration: 5 }),
    ]
    const assigned = assign(rivals, { orders: 3 })
    expect(keysOf(assigned, 'b')).toContain('orders-0')
    expect([...assigned.values()].flatMap(({ partitions }) => partitions)).toHaveLength(3)
  })

  it('gives topics only to those that subscribe to them, and ignores partitions that do not exist', () => {
    const members = [
      member('a', { topics: ['orders', 'users'], owned: orders(9), ownedGeneration: 1 }),
      member('b', { topics: ['users'] }),
    ]
    const assigned = settled(members, { orders: 2, users: 2 })
    expect(keysOf(assigned, 'a')).toEqual(['orders-0', 'orders-1'])
    expect(keysOf(assigned, 'b')).toEqual(['users-0', 'users-1'])
  })

  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'is complete, balanced and sticky through comings and goings (seed %i)',
    seed => {
      const random = seededRandom(seed)
      const count = 1 + randomIndex(random, 40)
      let members = [member('m0')]
      for (let step = 0; step < 12; step++) {
        const before = settled(members, { orders: count })
        const sizes = [...before.values()].map(({ partitions }) => partitions.length)
        expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(count)
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1)
        const owning = members.map(item => ({
          ...item,
          owned: before.get(item.memberId)!.partitions,
          ownedGeneration: step,
        }))
        expect(moves(assign(owning, { orders: count }), before)).toBe(0)
        members = changed(owning, step, random)
        const after = assign(members, { orders: count })
        // Nobody loses more than a newcomer has to get, and nobody gets what another still has.
        const fair = Math.ceil(count / members.length)
        expect(moves(after, before)).toBeLessThanOrEqual(fair)
        for (const { memberId } of members) {
          for (const key of keysOf(after, memberId)) {
            const owner = members.find(({ owned }) =>
              owned.some(({ partition }) => key === `orders-${partition}`),
            )
            expect(owner === undefined || owner.memberId === memberId).toBe(true)
          }
        }
      }
    },
  )
})

/** A member comes or goes. */
function changed(members: readonly AssignorMember[], step: number, random: Random): AssignorMember[] {
  if (members.length > 1 && random.next() < 0.4)
    return members.toSpliced(randomIndex(random, members.length), 1)
  return [...members, member(`m${step + 1}`)]
}

/** How many partitions have been taken from members that are still there. */
function moves(after: Assigned, before: Assigned): number {
  let taken = 0
  for (const [memberId, { partitions }] of before) {
    if (!after.has(memberId)) continue
    const kept = new Set(keysOf(after, memberId))
    taken += partitions.filter(({ topic, partition }) => !kept.has(partitionKey(topic, partition))).length
  }
  return taken
}

describe('the range assignor', () => {
  it('deals out neighbouring partitions, and the same numbers of topics of equal size', () => {
    const topics = ['orders', 'users']
    const members = [member('b', { topics }), member('a', { topics })]
    const partitionCounts = new Map([
      ['orders', 5],
      ['users', 5],
    ])
    const assigned = rangeAssignor.assign({
      groupId: 'g',
      generationId: 1,
      members,
      partitionCounts,
    }) as Assigned
    expect(keysOf(assigned, 'a')).toEqual([
      'orders-0',
      'orders-1',
      'orders-2',
      'users-0',
      'users-1',
      'users-2',
    ])
    expect(keysOf(assigned, 'b')).toEqual(['orders-3', 'orders-4', 'users-3', 'users-4'])
  })

  it('has nothing for more members than partitions, and static members first', () => {
    const members = [member('a'), member('z', { instanceId: 'i' })]
    const partitionCounts = new Map([['orders', 1]])
    const assigned = rangeAssignor.assign({
      groupId: 'g',
      generationId: 1,
      members,
      partitionCounts,
    }) as Assigned
    expect(keysOf(assigned, 'z')).toEqual(['orders-0'])
    expect(keysOf(assigned, 'a')).toEqual([])
  })
})
