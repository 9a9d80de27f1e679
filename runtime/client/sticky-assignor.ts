/**
 * The built-in assignor for ordinary consumers: balanced, sticky, cooperative. On the wire it is Kafka's
 * `cooperative-sticky`, so that members of other clients may share the group.
 *
 *   1  each member keeps what it owned, where no other has a newer claim and it still subscribes to the topic
 *   2  what has no owner goes to the member, of those that subscribe to it, that has the fewest
 *   3  partitions move from who has the most to who has the fewest, while that makes the difference smaller
 *   4  what moved away from an owner is given to nobody yet: the owner must give it up first, and then joins again
 */
import { assert } from '../../src/base/assert.ts'
import { partitionKey, type TopicPartition } from '../../src/base/topic-partition.ts'
import type { Assignor, AssignorMember, AssignorView, MemberAssignment } from './assignor.ts'

export const cooperativeStickyAssignor: Assignor = {
  name: 'cooperative-sticky',
  rebalance: 'cooperative',
  assign,
}

interface Share {
  readonly memberId: string
  readonly topics: ReadonlySet<string>
  readonly partitions: Map<string, TopicPartition>
}

function assign({ members, partitionCounts }: AssignorView): ReadonlyMap<string, MemberAssignment> {
  const shares = members
    .toSorted((left, right) => compare(left.memberId, right.memberId))
    .map(({ memberId, topics }): Share => ({ memberId, topics: new Set(topics), partitions: new Map() }))
  const owners = keepClaims(members, shares, partitionCounts)
  for (const partition of allPartitions(shares, partitionCounts)) {
    const key = partitionKey(partition.topic, partition.partition)
    if (shares.some(share => share.partitions.has(key))) continue
    fewest(shares, partition.topic)?.partitions.set(key, partition)
  }
  balance(shares)
  for (const share of shares) {
    for (const key of share.partitions.keys()) {
      const owner = owners.get(key)
      if (owner !== undefined && owner !== share.memberId) share.partitions.delete(key)
    }
  }
  return new Map(
    shares.map(({ memberId, partitions }) => [
      memberId,
      { partitions: [...partitions.values()], userData: null },
    ]),
  )
}

/** Step 1. Answers who owns each claimed partition, whether or not it may keep it. */
function keepClaims(
  members: readonly AssignorMember[],
  shares: readonly Share[],
  partitionCounts: ReadonlyMap<string, number>,
): ReadonlyMap<string, string> {
  const claims = new Map<string, { readonly memberId: string | undefined; readonly generation: number }>()
  for (const { memberId, owned, ownedGeneration: generation } of members) {
    for (const { topic, partition } of owned) {
      const key = partitionKey(topic, partition)
      const rival = claims.get(key)
      if (rival === undefined || rival.generation < generation) claims.set(key, { memberId, generation })
      // Two owners in one generation cannot both be right, so neither is believed.
      else if (rival.generation === generation) claims.set(key, { memberId: undefined, generation })
    }
  }
  const owners = new Map<string, string>()
  for (const { memberId, owned } of members) {
    const share = shares.find(candidate => candidate.memberId === memberId)
    assert(share !== undefined, 'every member has a share')
    for (const item of owned) {
      const key = partitionKey(item.topic, item.partition)
      if (claims.get(key)?.memberId !== memberId) continue
      owners.set(key, memberId)
      const exists = item.partition < (partitionCounts.get(item.topic) ?? 0)
      if (exists && share.topics.has(item.topic)) share.partitions.set(key, item)
    }
  }
  return owners
}

function allPartitions(
  shares: readonly Share[],
  partitionCounts: ReadonlyMap<string, number>,
): readonly TopicPartition[] {
  const topics = new Set(shares.flatMap(share => [...share.topics]))
  return [...topics]
    .toSorted(compare)
    .flatMap(topic =>
      Array.from({ length: partitionCounts.get(topic) ?? 0 }, (_, partition) => ({ topic, partition })),
    )
}

/** The member with the fewest partitions of those that subscribe to a topic; the first of equals. */
function fewest(shares: readonly Share[], topic: string): Share | undefined {
  let found: Share | undefined
  for (const share of shares) {
    if (!share.topics.has(topic)) continue
    if (found === undefined || share.partitions.size < found.partitions.size) found = share
  }
  return found
}

/** Step 3, one partition at a time. Each move lowers the sum of the squares of the shares, so it ends. */
function balance(shares: readonly Share[]): void {
  while (moveOne(shares));
}

/** From the member with the most that has one to give to somebody with at least two fewer. */
function moveOne(shares: readonly Share[]): boolean {
  for (const from of shares.toSorted((left, right) => right.partitions.size - left.partitions.size)) {
    // The last given first: what has been there longest stays.
    for (const [key, partition] of [...from.partitions].toReversed()) {
      const to = fewest(shares, partition.topic)
      if (to === undefined || to.partitions.size >= from.partitions.size - 1) continue
      from.partitions.delete(key)
      to.partitions.set(key, partition)
      return true
    }
  }
  return false
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0
}
