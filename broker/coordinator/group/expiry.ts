/**
 * Which committed offsets are too old, and which groups are gone for good (semantics G65).
 *
 * | group                                     | an offset expires this long after                      |
 * |-------------------------------------------|--------------------------------------------------------|
 * | never had members (offsets only)          | its commit                                             |
 * | Empty                                     | the group became empty (its commit, if not known when) |
 * | Stable, subscriptions known               | its commit, if nobody subscribes to its topic          |
 * | of the consumer protocol                  | its commit, if nobody subscribes to its topic          |
 * | anything else                             | never                                                  |
 *
 * An offset that came with its own expiry (old clients) goes by that. One that a transaction has yet to decide on stays.
 * An empty group without offsets is forgotten.
 */
import { groupTombstones } from './consumer/removal.ts'
import { subscribedTopics } from './subscriptions.ts'
import type { GroupShard } from './shard.ts'
import type { ClassicGroup } from './classic-group.ts'
import type { CommittedOffset, GroupRecord } from './records.ts'

/** The records that forget what has expired by `nowMs`. */
export function expired(shard: GroupShard, nowMs: number, retentionMs: number): readonly GroupRecord[] {
  const records: GroupRecord[] = []
  for (const groupId of shard.groupIds()) {
    const group = shard.groups.get(groupId)
    const remaining = expireOffsets(shard, groupId, { nowMs, retentionMs }, records)
    const consumerGroup = shard.consumerGroups.get(groupId)
    if (remaining === 0 && consumerGroup?.members.size === 0 && !shard.offsets.hasPending(groupId)) {
      records.push(...groupTombstones(consumerGroup))
    }
    const vacant = group?.state === 'Empty' && group.pendingMembers.size === 0
    if (remaining === 0 && vacant && !shard.offsets.hasPending(groupId)) {
      records.push({ kind: 'membership', groupId, membership: undefined })
    }
  }
  return records
}

/** Adds the tombstones of a group's old offsets to `records`; answers how many offsets stay. */
function expireOffsets(
  shard: GroupShard,
  groupId: string,
  { nowMs, retentionMs }: { readonly nowMs: number; readonly retentionMs: number },
  records: GroupRecord[],
): number {
  const baseOf = expiryBase(shard.groups.get(groupId))
  const subscribed = subscribedTopics(shard.groups.get(groupId))
  const consumerGroup = shard.consumerGroups.get(groupId)
  let remaining = 0
  for (const [topic, partitions] of shard.offsets.offsetsOf(groupId)) {
    for (const [partition, { committed }] of partitions) {
      const base = baseOf?.(committed)
      const ownExpiry = committed.expireTimestampMs >= 0
      const expiresAt = ownExpiry ? committed.expireTimestampMs : (base ?? Infinity) + retentionMs
      const kept =
        base === undefined ||
        expiresAt > nowMs ||
        subscribed?.has(topic) === true ||
        consumerGroup?.subscribesTo(topic) === true ||
        shard.offsets.isPending(groupId, topic, partition)
      if (kept) remaining++
      else records.push({ kind: 'offset', groupId, topic, partition, committed: undefined })
    }
  }
  return remaining
}

/** What an offset's age counts from; `undefined` where offsets do not age. */
function expiryBase(group: ClassicGroup | undefined): ((committed: CommittedOffset) => number) | undefined {
  const byCommit = (committed: CommittedOffset) => committed.commitTimestampMs
  if (group === undefined || group.protocolType === undefined) return byCommit
  const { state, stateTimestampMs } = group
  if (state === 'Empty') return stateTimestampMs < 0 ? byCommit : () => stateTimestampMs
  return state === 'Stable' && subscribedTopics(group) !== undefined ? byCommit : undefined
}
