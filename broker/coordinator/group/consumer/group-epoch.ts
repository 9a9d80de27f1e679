/**
 * What a change does to a group as a whole: whether its epoch is counted up, and who is to have what from then on.
 *
 * Each function is given the members as they are after the change that is being decided on, which replay has not seen.
 */
import { assignors, type AssignorName } from './assignors.ts'
import type { ConsumerGroup, ConsumerMember } from './consumer-group.ts'
import type { ConsumerGroupRecord, ResolvedRegex, Target } from './records.ts'
import { sameNamesKnown } from './subscription.ts'
import {
  metadataHash,
  subscribedTopics,
  topicsMatching,
  type GroupTopic,
  type TopicDirectory,
} from './topic-directory.ts'

/** The members of a group after a change, by id. */
export type Members = ReadonlyMap<string, ConsumerMember>
type Regexes = ReadonlyMap<string, ResolvedRegex>

/** The regular expressions of the members with what matches them now, and the records that say so. */
export function resolveRegexes(
  group: ConsumerGroup,
  members: Members,
  terms: {
    readonly topics: TopicDirectory
    readonly nowMs: number
    /** Whether the member that is heard may know of a topic. */
    readonly isSeen: (topic: string) => boolean
    /** What it subscribes by. */
    readonly own: string | null
  },
): { readonly regexes: Regexes; readonly records: readonly ConsumerGroupRecord[] } {
  const regexes = new Map<string, ResolvedRegex>()
  const records: ConsumerGroupRecord[] = []
  for (const { subscription } of members.values()) {
    const { topicRegex: regex } = subscription
    if (regex === null || regexes.has(regex)) continue
    const before = group.regexes.get(regex)
    // Those of others are matched anew when topics come or go, or each join would cost as much as all before it.
    if (before !== undefined && regex !== terms.own && group.topicsVersion === terms.topics.version) {
      regexes.set(regex, before)
      continue
    }
    // One that another broker took and this one cannot read goes on matching what it did.
    const topics = topicsMatching(regex, terms.topics, terms.isSeen) ?? before?.topics ?? []
    if (before !== undefined && before.topics.join() === topics.join()) {
      regexes.set(regex, before)
      continue
    }
    const value = { topics, version: terms.topics.version, timestampMs: terms.nowMs }
    regexes.set(regex, value)
    records.push({ kind: 'consumer-regex', groupId: group.id, regex, value })
  }
  for (const regex of group.regexes.keys()) {
    if (regexes.has(regex)) continue
    records.push({ kind: 'consumer-regex', groupId: group.id, regex, value: undefined })
  }
  return { regexes, records }
}

/** The hash of the topics that any of the members subscribes to. */
export function hashOf(members: Members, regexes: Regexes, topics: TopicDirectory): number {
  const names = new Set<string>()
  for (const member of members.values()) {
    for (const name of subscribedTopics(member, regexes, topics)) names.add(name)
  }
  return metadataHash(names, topics)
}

/** The assignor that most members ask for, uniform of two; that of the configuration if none does. */
export function assignorOf(members: Iterable<ConsumerMember>, preferred: AssignorName): AssignorName {
  const votes: Record<AssignorName, number> = { uniform: 0, range: 0 }
  for (const { subscription } of members) {
    const { serverAssignor } = subscription
    // One that was configured when it was asked for may be gone since.
    if (serverAssignor === 'uniform' || serverAssignor === 'range') votes[serverAssignor]++
  }
  const { uniform, range } = votes
  if (uniform + range === 0) return preferred
  return range > uniform ? 'range' : 'uniform'
}

/** Computes who is to have what; the records say what is new of it. */
export function assign(
  group: ConsumerGroup,
  members: Members,
  terms: {
    readonly epoch: number
    readonly regexes: Regexes
    readonly targets: ReadonlyMap<string, Target>
    readonly topics: TopicDirectory
    readonly preferred: AssignorName
    readonly nowMs: number
  },
): { readonly targets: ReadonlyMap<string, Target>; readonly records: readonly ConsumerGroupRecord[] } {
  const { epoch, regexes, topics, nowMs } = terms
  const groupId = group.id
  const wanted = new Map<string, GroupTopic>()
  const assignable = Array.from(members.values(), member => {
    const topicIds = new Set<string>()
    for (const name of subscribedTopics(member, regexes, topics)) {
      const topic = topics.get(name)
      if (topic === undefined) continue
      topicIds.add(topic.id)
      wanted.set(name, topic)
    }
    const { instanceId } = member.subscription
    const target: Target = terms.targets.get(member.id) ?? new Map()
    return { memberId: member.id, instanceId, topicIds, target }
  })
  const sorted = [...wanted.keys()].sort().map(name => wanted.get(name)!)
  const targets = assignors[assignorOf(members.values(), terms.preferred)]({
    members: assignable,
    counts: new Map(sorted.map(({ id, logs }) => [id, logs.length])),
    isAlike: areAlike(members),
  })
  const records: ConsumerGroupRecord[] = []
  for (const [memberId, value] of targets) {
    const before = terms.targets.get(memberId)
    if (before !== undefined && sameTarget(before, value)) continue
    records.push({ kind: 'consumer-target', groupId, memberId, value })
  }
  const value = { epoch, timestampMs: nowMs }
  records.push({ kind: 'consumer-target-epoch', groupId, value })
  return { targets, records }
}

/** Whether all members subscribe to the same, be it by names or by a pattern. */
function areAlike(members: Members): boolean {
  let first: ConsumerMember | undefined
  for (const member of members.values()) {
    first ??= member
    const [one, other] = [first.subscription, member.subscription]
    if (one.topicRegex !== other.topicRegex || !sameNamesKnown(one.topicNames, other.topicNames)) return false
    // Kafka takes names beside a pattern for a difference.
    if (one.topicRegex !== null && one.topicNames.length > 0) return false
  }
  return true
}

function sameTarget(left: Target, right: Target): boolean {
  if (left.size !== right.size) return false
  for (const [topicId, partitions] of left) {
    if (partitions.join() !== right.get(topicId)?.join()) return false
  }
  return true
}
