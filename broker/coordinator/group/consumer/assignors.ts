/**
 * The server's assignors: who is to have which partition (KIP-848; `group.consumer.assignors`).
 *
 *   uniform   every member has as many partitions as any other that could have more, give or take one; whoever has a
 *             partition keeps it unless it has to go for that
 *   range     each topic by itself, in runs of neighbours, members in order: partition n of two topics with equally many
 *             partitions goes to the same member, which is what joins of co-partitioned topics need
 *
 * Both are functions of what they are given, so that the same group comes to the same assignment.
 */
import type { Target } from './records.ts'

/** A member as an assignor sees it. */
export interface AssignableMember {
  readonly memberId: string
  readonly instanceId: string | null
  /** The topics that it subscribes to, of those that exist. */
  readonly topicIds: ReadonlySet<string>
  /** What it was to have so far. */
  readonly target: Target
}

/** Partitions of each topic, by its id. */
export type PartitionCounts = ReadonlyMap<string, number>

/** Answers what each member is to have. */
export type Assignor = (
  members: readonly AssignableMember[],
  counts: PartitionCounts,
) => ReadonlyMap<string, Target>

/** The assignors there are, by name; the first is the default. */
export const assignors: Readonly<Record<'uniform' | 'range', Assignor>> = { uniform, range }

export type AssignorName = keyof typeof assignors

/** A member's share while it is being made. */
interface Share {
  readonly member: AssignableMember
  readonly partitions: Map<string, Set<number>>
  count: number
}

function uniform(members: readonly AssignableMember[], counts: PartitionCounts): ReadonlyMap<string, Target> {
  const shares = members
    .map((member): Share => ({ member, partitions: new Map(), count: 0 }))
    .sort((one, other) => compareText(one.member.memberId, other.member.memberId))
  const subscribers = subscribersOf(shares, counts)
  const taken = keepTargets(shares, counts)
  // Topics that few may have come first: the others can make up for it.
  const topicIds = [...subscribers.keys()].sort(
    (one, other) => subscribers.get(one)!.length - subscribers.get(other)!.length || compareText(one, other),
  )
  for (const topicId of topicIds) {
    const count = counts.get(topicId)!
    for (let partition = 0; partition < count; partition++) {
      if (taken.get(topicId)?.has(partition) === true) continue
      give(leastLoaded(subscribers.get(topicId)!), topicId, partition)
    }
  }
  balance(shares, subscribers)
  return targetsOf(shares)
}

function range(members: readonly AssignableMember[], counts: PartitionCounts): ReadonlyMap<string, Target> {
  // Static members come back under another member id: their order, and so their runs, must not change by that.
  const nameOf = ({ instanceId, memberId }: AssignableMember) => instanceId ?? memberId
  const shares = members
    .map((member): Share => ({ member, partitions: new Map(), count: 0 }))
    .sort((one, other) => compareText(nameOf(one.member), nameOf(other.member)))
  for (const [topicId, takers] of subscribersOf(shares, counts)) {
    const count = counts.get(topicId)!
    const each = Math.floor(count / takers.length)
    const larger = count % takers.length
    let next = 0
    for (const [index, share] of takers.entries()) {
      const end = next + each + (index < larger ? 1 : 0)
      for (; next < end; next++) give(share, topicId, next)
    }
  }
  return targetsOf(shares)
}

/** Topic → who may have its partitions. Topics that nobody subscribes to are left out. */
function subscribersOf(shares: readonly Share[], counts: PartitionCounts): Map<string, Share[]> {
  const subscribers = new Map<string, Share[]>()
  for (const share of shares) {
    for (const topicId of share.member.topicIds) {
      if (!counts.has(topicId)) continue
      const found = subscribers.get(topicId)
      if (found === undefined) subscribers.set(topicId, [share])
      else found.push(share)
    }
  }
  return subscribers
}

/** Lets members keep what they were to have and still may have; answers what is taken by that. */
function keepTargets(shares: readonly Share[], counts: PartitionCounts): Map<string, Set<number>> {
  const taken = new Map<string, Set<number>>()
  for (const share of shares) {
    for (const [topicId, partitions] of share.member.target) {
      const count = counts.get(topicId)
      if (count === undefined || !share.member.topicIds.has(topicId)) continue
      let seen = taken.get(topicId)
      if (seen === undefined) taken.set(topicId, (seen = new Set()))
      for (const partition of partitions) {
        if (partition >= count || seen.has(partition)) continue
        seen.add(partition)
        give(share, topicId, partition)
      }
    }
  }
  return taken
}

/**
 * Moves partitions from members to others that have at least two fewer, until there are none such. It ends: every move
 * makes the sum of the squared counts smaller. First nobody is left with fewer than an even share: who fell below it in favour of
 * a newcomer would be given others' partitions in turn, which would move for nothing.
 */
function balance(shares: readonly Share[], subscribers: ReadonlyMap<string, readonly Share[]>): void {
  const even = Math.ceil(shares.reduce((sum, { count }) => sum + count, 0) / shares.length)
  for (const from of shares) relieve(from, subscribers, even)
  for (let moved = true; moved;) {
    moved = false
    const byLoad = shares.toSorted((one, other) => other.count - one.count)
    for (const from of byLoad) if (relieve(from, subscribers, 0)) moved = true
  }
}

/** Moves partitions away from a member that has more than `least`; answers whether any were. */
function relieve(from: Share, subscribers: ReadonlyMap<string, readonly Share[]>, least: number): boolean {
  let moved = false
  for (const [topicId, partitions] of from.partitions) {
    for (const partition of [...partitions].reverse()) {
      const to = leastLoaded(subscribers.get(topicId)!)
      if (from.count <= least || to.count + 1 >= from.count) break
      partitions.delete(partition)
      from.count--
      give(to, topicId, partition)
      moved = true
    }
  }
  return moved
}

function leastLoaded(shares: readonly Share[]): Share {
  let least = shares[0]!
  for (const share of shares) if (share.count < least.count) least = share
  return least
}

function give(share: Share, topicId: string, partition: number): void {
  let partitions = share.partitions.get(topicId)
  if (partitions === undefined) share.partitions.set(topicId, (partitions = new Set()))
  partitions.add(partition)
  share.count++
}

function targetsOf(shares: readonly Share[]): ReadonlyMap<string, Target> {
  return new Map(
    shares.map(({ member, partitions }) => {
      const target = [...partitions]
        .filter(([, own]) => own.size > 0)
        .map(([topicId, own]) => [topicId, [...own].sort((one, other) => one - other)] as const)
      return [member.memberId, new Map(target)]
    }),
  )
}

function compareText(one: string, other: string): number {
  if (one === other) return 0
  return one < other ? -1 : 1
}
