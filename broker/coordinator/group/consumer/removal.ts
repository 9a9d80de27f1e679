/** The records that take a member out of a group, and a group out of the log. */
import type { ConsumerGroup } from './consumer-group.ts'
import { hashOf } from './group-epoch.ts'
import type { ConsumerGroupRecord } from './records.ts'
import type { TopicDirectory } from './topic-directory.ts'

/** What forgets a member: what it has, what it was to have, and what it was. */
export function memberTombstones(groupId: string, memberId: string): readonly ConsumerGroupRecord[] {
  return [
    { kind: 'consumer-position', groupId, memberId, value: undefined },
    { kind: 'consumer-target', groupId, memberId, value: undefined },
    { kind: 'consumer-member', groupId, memberId, value: undefined },
  ]
}

/** Takes members out: the group's epoch is counted up, and the next heartbeat of another gives their partitions away. */
export function removeMembers(
  group: ConsumerGroup,
  leaving: ReadonlySet<string>,
  topics: TopicDirectory,
): readonly ConsumerGroupRecord[] {
  const { id: groupId } = group
  const members = new Map([...group.members].filter(([memberId]) => !leaving.has(memberId)))
  const used = new Set(Array.from(members.values(), ({ subscription }) => subscription.topicRegex))
  const unused = [...group.regexes.keys()].filter(regex => !used.has(regex))
  const regexes = new Map([...group.regexes].filter(([regex]) => used.has(regex)))
  return [
    ...[...leaving].flatMap(memberId => memberTombstones(groupId, memberId)),
    ...unused.map(regex => ({ kind: 'consumer-regex', groupId, regex, value: undefined }) as const),
    {
      kind: 'consumer-epoch',
      groupId,
      value: { epoch: group.epoch + 1, metadataHash: hashOf(members, regexes, topics) },
    },
  ]
}

/** Forgets a group altogether; the record that ends it comes last. */
export function groupTombstones(group: ConsumerGroup): readonly ConsumerGroupRecord[] {
  const { id: groupId } = group
  const members = new Set([...group.members.keys(), ...group.targets.keys()])
  return [
    ...[...members].flatMap(memberId => memberTombstones(groupId, memberId)),
    ...[...group.regexes.keys()].map(
      regex => ({ kind: 'consumer-regex', groupId, regex, value: undefined }) as const,
    ),
    { kind: 'consumer-target-epoch', groupId, value: undefined },
    { kind: 'consumer-epoch', groupId, value: undefined },
  ]
}
