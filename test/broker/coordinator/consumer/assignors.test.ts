/** The server's assignors: complete, balanced, sticky; and the order of range. */
import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../../../src/base/random.ts'
import type { AssignableMember } from '../../../../broker/coordinator/group/consumer/assignable.ts'
import { assignors, type AssignorName } from '../../../../broker/coordinator/group/consumer/assignors.ts'
import type { Target } from '../../../../broker/coordinator/group/consumer/records.ts'

function member(memberId: string, topicIds: readonly string[], target: Target = new Map()): AssignableMember {
  return { memberId, instanceId: null, topicIds: new Set(topicIds), target }
}

/** What an assignor makes of members that have these topics. */
function assign(
  name: AssignorName,
  members: readonly AssignableMember[],
  counts: ReadonlyMap<string, number>,
): ReadonlyMap<string, Target> {
  const isAlike = new Set(members.map(({ topicIds }) => [...topicIds].sort().join())).size < 2
  return assignors[name]({ members, counts, isAlike })
}

const listed = (targets: ReadonlyMap<string, Target>) =>
  Object.fromEntries(
    [...targets].map(([id, target]) => [
      id,
      [...target].flatMap(([topicId, partitions]) => partitions.map(each => `${topicId}${each}`)).sort(),
    ]),
  )

const sizes = (targets: ReadonlyMap<string, Target>) =>
  Object.values(listed(targets)).map(partitions => partitions.length)

/** Every partition of a topic with subscribers is given once, to one of them. */
function checkComplete(
  members: readonly AssignableMember[],
  counts: ReadonlyMap<string, number>,
  targets: ReadonlyMap<string, Target>,
): void {
  const given = Object.values(listed(targets)).flat()
  expect(new Set(given).size).toBe(given.length)
  for (const [topicId, count] of counts) {
    const wanted = members.some(({ topicIds }) => topicIds.has(topicId)) ? count : 0
    expect(given.filter(each => each.startsWith(topicId))).toHaveLength(wanted)
  }
  for (const { memberId, topicIds } of members) {
    for (const topicId of targets.get(memberId)!.keys()) expect(topicIds.has(topicId)).toBe(true)
  }
}

describe('uniform', () => {
  it('gives members that want the same as many partitions, give or take one', () => {
    const counts = new Map([
      ['a', 5],
      ['b', 2],
    ])
    const members = ['1', '2', '3'].map(id => member(id, ['a', 'b']))
    expect(sizes(assign('uniform', members, counts)).toSorted((one, other) => one - other)).toEqual([2, 2, 3])
  })

  it('moves no more to a newcomer than its share, and nothing between the others', () => {
    const counts = new Map([['a', 12]])
    const [one, two] = [0, 6].map(first => Array.from({ length: 6 }, (_, index) => first + index))
    const before = [member('1', ['a'], new Map([['a', one!]])), member('2', ['a'], new Map([['a', two!]]))]
    const targets = assign('uniform', [...before, member('3', ['a'])], counts)
    expect(sizes(targets)).toEqual([4, 4, 4])
    expect(
      targets
        .get('1')!
        .get('a')!
        .every(partition => one!.includes(partition)),
    ).toBe(true)
    expect(
      targets
        .get('2')!
        .get('a')!
        .every(partition => two!.includes(partition)),
    ).toBe(true)
  })

  it('makes up with other topics for one that few may have', () => {
    const counts = new Map([
      ['a', 4],
      ['b', 4],
    ])
    const members = [member('1', ['a', 'b']), member('2', ['b'])]
    expect(listed(assign('uniform', members, counts))).toEqual({
      1: ['a0', 'a1', 'a2', 'a3'],
      2: ['b0', 'b1', 'b2', 'b3'],
    })
  })

  it('moves no more than it must where members want different topics, as Apache Kafka does', () => {
    const counts = new Map([
      ['a', 3],
      ['c', 7],
      ['d', 2],
    ])
    const has = (...partitions: readonly number[]) => partitions
    const members = [
      member('m0', ['a'], new Map([['a', has(0, 1, 2)]])),
      member(
        'm1',
        ['a', 'c', 'd'],
        new Map([
          ['c', has(0, 1, 2, 3, 4, 5, 6)],
          ['d', has(0, 1)],
        ]),
      ),
      member('m2', ['a', 'c', 'd']),
    ]
    expect(listed(assign('uniform', members, counts))).toEqual({
      m0: ['a0', 'a1', 'a2'],
      m1: ['c0', 'c1', 'c2', 'd0', 'd1'],
      m2: ['c3', 'c4', 'c5', 'c6'],
    })
  })

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('is complete, balanced and sticky for any members, seed %i', seed => {
    const random = seededRandom(seed)
    const below = (n: number) => Math.floor(random.next() * n)
    const counts = new Map(['a', 'b', 'c', 'd'].map(topicId => [topicId, below(9)]))
    const isSame = seed % 2 === 0
    let members: AssignableMember[] = []
    let moved = 0
    for (let round = 0; round < 40; round++) {
      if (members.length === 0 || random.next() < 0.6) {
        const topicIds = isSame ? [...counts.keys()] : [...counts.keys()].filter(() => random.next() < 0.6)
        members.push(member(`m${seed}-${round}`, topicIds))
      } else members.splice(below(members.length), 1)
      const targets = assign('uniform', members, counts)
      checkComplete(members, counts, targets)
      if (isSame && members.length > 0)
        expect(Math.max(...sizes(targets)) - Math.min(...sizes(targets))).toBeLessThan(2)
      const again = members.map(each => ({ ...each, target: targets.get(each.memberId)! }))
      expect(listed(assign('uniform', again, counts))).toEqual(listed(targets))
      for (const { memberId, target } of members) {
        const now = listed(targets)[memberId]!
        moved += listed(new Map([[memberId, target]]))[memberId]!.filter(each => !now.includes(each)).length
      }
      members = again
    }
    // A change moves a share of the partitions, not all of them.
    const total = [...counts.values()].reduce((sum, count) => sum + count, 0)
    if (isSame) expect(moved).toBeLessThanOrEqual(total * 12)
  })
})

describe('range', () => {
  it('gives static members the first runs', () => {
    const counts = new Map([['a', 3]])
    const members = [member('1', ['a']), { ...member('2', ['a']), instanceId: 'z' }]
    expect(listed(assign('range', members, counts))).toEqual({ 1: ['a2'], 2: ['a0', 'a1'] })
  })

  it('gives runs of each topic in the order of the members, the first ones longer', () => {
    const counts = new Map([
      ['a', 5],
      ['b', 2],
    ])
    const members = ['2', '1'].map(id => member(id, ['a', 'b']))
    expect(listed(assign('range', members, counts))).toEqual({
      1: ['a0', 'a1', 'a2', 'b0'],
      2: ['a3', 'a4', 'b1'],
    })
  })

  it('keeps the order of static members when they come back under another id', () => {
    const counts = new Map([['a', 4]])
    const as = (id: string, instanceId: string) => ({ ...member(id, ['a']), instanceId })
    const before = assign('range', [as('x', 'one'), as('y', 'two')], counts)
    const after = assign('range', [as('z', 'one'), as('y', 'two')], counts)
    expect(after.get('z')).toEqual(before.get('x'))
  })
})

it.each<AssignorName>(['uniform', 'range'])('%s gives nothing to a group without members or topics', name => {
  expect(assign(name, [], new Map([['a', 3]]))).toEqual(new Map())
  expect(listed(assign(name, [member('1', ['a'])], new Map()))).toEqual({ 1: [] })
})
