/**
 * Kafka's `range` assignor: of each topic, each member gets a run of neighbouring partitions, the first members one more
 * where they do not divide evenly. Partitions of the same number go to the same member for topics of equal size.
 */
import type { TopicPartition } from '../../src/base/topic-partition.ts'
import type { Assignor, AssignorMember, AssignorView, MemberAssignment } from './assignor.ts'

export const rangeAssignor: Assignor = { name: 'range', rebalance: 'eager', assign }

function assign({ members, partitionCounts }: AssignorView): ReadonlyMap<string, MemberAssignment> {
  const assigned = new Map<string, TopicPartition[]>(members.map(({ memberId }) => [memberId, []]))
  for (const [topic, count] of partitionCounts) {
    const subscribers = members.filter(({ topics }) => topics.includes(topic)).toSorted(compareMembers)
    const [each, more] = [Math.floor(count / subscribers.length), count % subscribers.length]
    let next = 0
    subscribers.forEach(({ memberId }, index) => {
      const share = each + (index < more ? 1 : 0)
      for (let taken = 0; taken < share; taken++) assigned.get(memberId)?.push({ topic, partition: next++ })
    })
  }
  return new Map([...assigned].map(([memberId, partitions]) => [memberId, { partitions, userData: null }]))
}

/** By instance id where there is one, so that static members keep their ranges; before those without. */
function compareMembers(left: AssignorMember, right: AssignorMember): number {
  if ((left.instanceId === undefined) !== (right.instanceId === undefined)) {
    return left.instanceId === undefined ? 1 : -1
  }
  const [leftName, rightName] = [left.instanceId ?? left.memberId, right.instanceId ?? right.memberId]
  return leftName < rightName ? -1 : leftName > rightName ? 1 : 0
}
