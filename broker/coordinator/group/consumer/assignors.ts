/**
 * The server's assignors: who is to have which partition (KIP-848; `group.consumer.assignors`).
 *
 *   uniform   every member has as many partitions as any other that could have more, give or take one; whoever has a
 *             partition keeps it unless it has to go for that
 *   range     each topic by itself, in runs of neighbours, members in order: partition n of two topics with equally many
 *             partitions goes to the same member, which is what joins of co-partitioned topics need
 *
 * All are functions of what they are given, so that the same group comes to the same assignment, and to that of Apache Kafka 4.3.1
 * where its order of members and topics, that of Java's hash maps, is the one here.
 */
import type { AssignableMember, AssignableGroup, Assignor } from './assignable.ts'
import type { Target } from './records.ts'
import { uniformAlike } from './uniform-alike.ts'
import { uniformUnlike } from './uniform-unlike.ts'

/** The assignors there are, by name; the first is the default. */
export const assignors: Readonly<Record<'uniform' | 'range', Assignor>> = { uniform, range }

export type AssignorName = keyof typeof assignors

function uniform(group: AssignableGroup): ReadonlyMap<string, Target> {
  const members = group.members.toSorted((one, other) => compareText(one.memberId, other.memberId))
  if (members.length === 0) return new Map()
  return group.isAlike ? uniformAlike(members, group.counts) : uniformUnlike(members, group.counts)
}

function range({ members, counts }: AssignableGroup): ReadonlyMap<string, Target> {
  const sorted = members.toSorted(inRange)
  const targets = new Map(sorted.map(({ memberId }) => [memberId, new Map<string, readonly number[]>()]))
  for (const [topicId, count] of counts) {
    const takers = sorted.filter(({ topicIds }) => topicIds.has(topicId))
    const each = Math.floor(count / takers.length)
    const larger = count % takers.length
    let next = 0
    for (const [index, { memberId }] of takers.entries()) {
      const size = each + (index < larger ? 1 : 0)
      if (size === 0) break
      const first = next
      targets.get(memberId)!.set(
        topicId,
        Array.from({ length: size }, (_, at) => first + at),
      )
      next += size
    }
  }
  return targets
}

/** Static members come first and by their instance: they come back under another member id, which must move nothing. */
function inRange(one: AssignableMember, other: AssignableMember): number {
  const [left, right] = [one.instanceId, other.instanceId]
  if (left !== null && right !== null) return compareText(left, right)
  if (left === null && right === null) return compareText(one.memberId, other.memberId)
  return left === null ? 1 : -1
}

function compareText(one: string, other: string): number {
  if (one === other) return 0
  return one < other ? -1 : 1
}
