/**
 * The uniform assignor where all members subscribe to the same topics.
 *
 * Every member has a quota: an even share, and one more for as many members as there are partitions left over. Who has more than
 * its quota gives up the rest; who has less gets of that, and of what nobody has. The places with one more go to members that have
 * so many already, and to the last members only where none are left that do.
 */
import { assert } from '../../../../src/base/assert.ts'
import type { AssignableMember } from './assignable.ts'
import type { Target } from './records.ts'

type Partition = readonly [topicId: string, partition: number]

/** `members` in the order in which they have their turn; at least one. */
export function uniformAlike(
  members: readonly AssignableMember[],
  counts: ReadonlyMap<string, number>,
): ReadonlyMap<string, Target> {
  const topicIds = [...counts.keys()].filter(topicId => members[0]!.topicIds.has(topicId))
  const free = unowned(members, topicIds, counts)
  const total = topicIds.reduce((sum, topicId) => sum + counts.get(topicId)!, 0)
  const share = Math.floor(total / members.length)
  let larger = total % members.length
  const targets = new Map<string, Map<string, number[]>>()
  const missing: [memberId: string, count: number][] = []
  for (const [index, { memberId, target }] of members.entries()) {
    let isLarger = larger > 0
    const quota = share + (isLarger ? 1 : 0)
    const { kept, count } = keep(target, topicIds, quota, free)
    targets.set(memberId, kept)
    let room = quota - count
    // Somebody else may have one more already, unless all that are left must.
    if (room > 0 && isLarger && members.length - index > larger) {
      room--
      isLarger = false
    }
    if (isLarger) larger--
    if (room > 0) missing.push([memberId, room])
  }
  fill(targets, missing, free)
  return inOrder(targets)
}

/** The partitions that no member was to have. */
function unowned(
  members: readonly AssignableMember[],
  topicIds: readonly string[],
  counts: ReadonlyMap<string, number>,
): Partition[] {
  const free: Partition[] = []
  for (const topicId of topicIds) {
    const owned = new Set(members.flatMap(({ target }) => target.get(topicId) ?? []))
    for (let partition = 0; partition < counts.get(topicId)!; partition++) {
      if (!owned.has(partition)) free.push([topicId, partition])
    }
  }
  return free
}

/** What a member keeps of what it was to have, as far as its quota goes; the rest of it is free. */
function keep(
  target: Target,
  topicIds: readonly string[],
  quota: number,
  free: Partition[],
): { readonly kept: Map<string, number[]>; readonly count: number } {
  const kept = new Map<string, number[]>()
  let count = 0
  for (const topicId of topicIds) {
    const had = target.get(topicId)
    if (had === undefined) continue
    const own = had.slice(0, quota - count)
    for (const partition of had.slice(own.length)) free.push([topicId, partition])
    if (own.length > 0) kept.set(topicId, own)
    count += own.length
  }
  return { kept, count }
}

function fill(
  targets: ReadonlyMap<string, Map<string, number[]>>,
  missing: readonly (readonly [memberId: string, count: number])[],
  free: readonly Partition[],
): void {
  let next = 0
  for (const [memberId, count] of missing) {
    const target = targets.get(memberId)!
    for (const [topicId, partition] of free.slice(next, next + count)) {
      const own = target.get(topicId)
      if (own === undefined) target.set(topicId, [partition])
      else own.push(partition)
    }
    next += count
  }
  assert(next >= free.length, 'partitions are left that no member has room for')
}

function inOrder(targets: ReadonlyMap<string, ReadonlyMap<string, number[]>>): ReadonlyMap<string, Target> {
  for (const target of targets.values()) {
    for (const partitions of target.values()) partitions.sort((one, other) => one - other)
  }
  return targets
}
