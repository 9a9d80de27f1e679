/**
 * What a member's coming does to its group, whatever protocol it speaks: the group's epoch, who is to have what, and the
 * member's own step towards that, as records.
 */
import type { BrokerConfig } from '../../../config.ts'
import type { AssignorName } from './assignors.ts'
import type { ConsumerGroup, ConsumerMember } from './consumer-group.ts'
import { assign, hashOf, resolveRegexes } from './group-epoch.ts'
import type { Found } from './heartbeat-member.ts'
import { reconcile, type NamedPartitions } from './reconcile.ts'
import type { ConsumerGroupRecord, MemberPosition, ResolvedRegex, Target } from './records.ts'
import { memberTombstones } from './removal.ts'
import { sameNames } from './subscription.ts'
import { subscribedTopics, type TopicDirectory } from './topic-directory.ts'

/** A member that has come. */
export interface Coming {
  /** As the group has it. */
  readonly found: Found
  /** With what it says now of its subscription. */
  readonly member: ConsumerMember
  /** What it says that it has. */
  readonly named: NamedPartitions | undefined
  /** Whether who is to have what must be computed, also if the member wants what it did. */
  readonly unsettled: boolean
}

export interface StepTerms {
  readonly topics: TopicDirectory
  readonly nowMs: number
  /** How long after who is to have what was computed it may be computed again. */
  readonly assignmentMs: number
  /** Whether the member may know of a topic: patterns match no others. */
  readonly isSeen: (topic: string) => boolean
  readonly preferred: AssignorName
}

/** Where the member stands after it, and the records that say so. */
export interface Step {
  readonly records: readonly ConsumerGroupRecord[]
  readonly position: MemberPosition
  readonly isMoved: boolean
}

/** The assignor of a group whose members ask for none. */
export function preferredAssignor(config: Pick<BrokerConfig, 'group.consumer.assignors'>): AssignorName {
  return config['group.consumer.assignors'][0] ?? 'uniform'
}

export function takeStep(group: ConsumerGroup, coming: Coming, terms: StepTerms): Step {
  const { found, member, named } = coming
  const { replaces } = found
  const [groupId, memberId] = [group.id, member.id]
  const records: ConsumerGroupRecord[] = []
  if (replaces !== undefined) records.push(...memberTombstones(groupId, replaces))
  const isOther = found.isNew || replaces !== undefined
  if (isOther || found.member.subscription !== member.subscription) {
    records.push({ kind: 'consumer-member', groupId, memberId, value: member.subscription })
  }
  if (replaces !== undefined) {
    const value = found.targets.get(memberId) ?? new Map()
    records.push({ kind: 'consumer-target', groupId, memberId, value })
  }
  const { epoch, targets, regexes, wantsOthers } = advanceGroup(group, coming, terms, records)
  let wanted: ReadonlySet<string> | undefined
  const position = reconcile(member.position, {
    target: targets.get(memberId) ?? new Map(),
    targetEpoch: epoch,
    named,
    isFree: (topicId, partition) =>
      group.isFree(memberId, topicId, partition) ||
      (replaces !== undefined && group.isFree(replaces, topicId, partition)),
    isWanted: topicId => {
      const name = terms.topics.byId(topicId)?.name
      wanted ??= subscribedTopics(member, regexes, terms.topics)
      return name !== undefined && wanted.has(name)
    },
    wantsOthers,
  })
  const isMoved = isOther || position !== member.position
  if (isMoved) records.push({ kind: 'consumer-position', groupId, memberId, value: position })
  return { records, position, isMoved }
}

/** How far the group is, for one of its members. */
interface Advance {
  readonly epoch: number
  readonly targets: ReadonlyMap<string, Target>
  readonly regexes: ReadonlyMap<string, ResolvedRegex>
  /** Whether the member has changed what it subscribes to. */
  readonly wantsOthers: boolean
}

/** Counts the group's epoch up if what the members want has changed, and computes who is to have what for a new epoch. */
function advanceGroup(
  group: ConsumerGroup,
  { found, member, unsettled }: Coming,
  { topics, nowMs, assignmentMs, isSeen, preferred }: StepTerms,
  records: ConsumerGroupRecord[],
): Advance {
  const { member: before, isNew, replaces } = found
  const { subscription } = member
  const isKnown = !isNew && replaces === undefined && before.subscription === subscription && !unsettled
  if (isKnown && group.topicsVersion === topics.version && group.epoch <= group.assignmentEpoch) {
    const { assignmentEpoch, targets, regexes } = group
    return { epoch: assignmentEpoch, targets, regexes, wantsOthers: false }
  }
  const members = new Map(group.members)
  const known = new Map(group.targets)
  if (replaces !== undefined) {
    members.delete(replaces)
    known.set(member.id, group.targetOf(replaces))
    known.delete(replaces)
  }
  members.set(member.id, member)
  const { topicNames, topicRegex } = subscription
  const wanted = isNew ? undefined : before.subscription
  const namesChanged = !sameNames(wanted?.topicNames ?? [], topicNames)
  const regexChanged = (wanted?.topicRegex ?? null) !== topicRegex
  // A group is in its first epoch from when it is there, and a member that wants anything of it makes the second.
  let epoch = Math.max(group.epoch, 1)
  let { metadataHash } = group
  let { regexes }: Pick<Advance, 'regexes'> = group
  const wantsOthers = namesChanged || regexChanged
  if (wantsOthers || unsettled || group.topicsVersion !== topics.version) {
    const resolved = resolveRegexes(group, members, { topics, nowMs, isSeen, own: topicRegex })
    regexes = resolved.regexes
    records.push(...resolved.records)
    metadataHash = hashOf(members, regexes, topics)
    const changed = wantsOthers || unsettled || resolved.records.length > 0
    if (changed || metadataHash !== group.metadataHash) epoch++
  }
  if (epoch !== group.epoch) {
    records.push({ kind: 'consumer-epoch', groupId: group.id, value: { epoch, metadataHash } })
  }
  const { assignedAtMs } = group
  const isTooSoon = assignedAtMs !== 0 && nowMs < assignedAtMs + assignmentMs
  if (epoch <= group.assignmentEpoch || isTooSoon) {
    return { epoch: group.assignmentEpoch, targets: known, regexes, wantsOthers }
  }
  const assigned = assign(group, members, { epoch, regexes, targets: known, topics, preferred, nowMs })
  records.push(...assigned.records)
  return { epoch, targets: assigned.targets, regexes, wantsOthers }
}
