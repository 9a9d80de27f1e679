/** `millrace group list`, `describe` and `delete`: who reads what, and how far behind. */
import { StreamsError } from '../../../src/base/errors.ts'
import { nearestName } from '../../../src/base/nearest-name.ts'
import { partitionKey, type TopicPartition } from '../../../src/base/topic-partition.ts'
import type { ListedGroup } from '../../client/group-admin.ts'
import type { GroupDescription, GroupMemberDescription } from '../../client/group-description.ts'
import type { ClusterFlags } from '../declarations/cluster-flags.ts'
import type { Column } from '../output/table.ts'
import { stateOf } from '../invalid.ts'
import { int64Text, pairs, table, type Section } from '../output/view.ts'
import { withCluster, type Session } from '../session.ts'

export interface ListFlags extends ClusterFlags {
  readonly state?: readonly string[]
  readonly type?: readonly string[]
}

export async function groupListCommand(flags: ListFlags): Promise<void> {
  const filters = { states: flags.state?.map(text => stateOf(text, states, 'group')), types: flags.type }
  await withCluster(flags, async session => {
    const groups = (await session.admin.listGroups(filters)).toSorted((left, right) =>
      left.groupId < right.groupId ? -1 : 1,
    )
    await session.show({
      data: groups.map(({ groupId, state, type, protocolType }) => ({
        group: groupId,
        state,
        type,
        protocolType,
      })),
      sections: [table(groupColumns, groups)],
    })
  })
}

/** Of classic groups, of those of the consumer protocol, and of both. */
const states: readonly string[] = [
  'PreparingRebalance',
  'CompletingRebalance',
  'Assigning',
  'Reconciling',
  'Stable',
  'Empty',
  'Dead',
]

const groupColumns: readonly Column<ListedGroup>[] = [
  { heading: 'GROUP', cell: ({ groupId }) => groupId },
  { heading: 'STATE', cell: ({ state }) => state || undefined },
  { heading: 'TYPE', cell: ({ type }) => type || undefined },
  { heading: 'PROTOCOL', cell: ({ protocolType }) => protocolType || undefined, wide: true },
]

/** Descriptions in the order of the ids. MR-6202 for one that does not exist, or is of a kind that is not described here. */
export async function existingGroups(
  session: Session,
  groupIds: readonly string[],
): Promise<readonly GroupDescription[]> {
  const groups = await session.admin.describeGroups(groupIds)
  const missing = groups.find(({ state }) => state === 'Dead')
  if (missing === undefined) return groups
  const listed = await session.admin.listGroups()
  const other = listed.find(({ groupId }) => groupId === missing.groupId)
  if (other !== undefined && other.type !== '' && other.type !== 'classic') {
    throw new StreamsError('MR-6202', {
      what: `group ${other.groupId} is a ${other.type} group, and only classic and consumer groups are described`,
    })
  }
  const nearest = nearestName(
    missing.groupId,
    listed.map(({ groupId }) => groupId),
  )
  throw new StreamsError('MR-6202', {
    what: `group ${missing.groupId} does not exist`,
    fix: nearest === undefined ? 'See `millrace group list`.' : `Did you mean ${nearest}?`,
  })
}

export interface DescribeFlags extends ClusterFlags {
  readonly members?: boolean
  readonly offsets?: boolean
}

export async function groupDescribeCommand(groupIds: readonly string[], flags: DescribeFlags): Promise<void> {
  await withCluster(flags, async session => {
    const groups = await existingGroups(session, [...new Set(groupIds)])
    const described = await Promise.all(
      groups.map(async group => ({ group, offsets: await lagOf(session, group) })),
    )
    // Neither flag: both things, as `--members --offsets`.
    const members = flags.members === true || flags.offsets !== true
    const offsets = flags.offsets === true || flags.members !== true
    await session.show({
      data: described.map(each => groupData(each, { members, offsets })),
      sections: described.flatMap(each =>
        groupSections(each, { members, offsets, verbose: session.settings.verbose }),
      ),
    })
  })
}

/** A partition that a group has committed an offset of, or that one of its members reads. */
interface PartitionLag extends TopicPartition {
  /** `undefined`: nothing is committed. */
  readonly committed: number | undefined
  readonly metadata: string
  /** `undefined`: the topic does not exist any more. */
  readonly end: number | undefined
  readonly member: GroupMemberDescription | undefined
}

async function lagOf(session: Session, group: GroupDescription): Promise<readonly PartitionLag[]> {
  const committed = await session.admin.listGroupOffsets(group.groupId)
  const rows = new Map<string, Omit<PartitionLag, 'end'>>()
  for (const { topic, partition, offset, metadata } of committed) {
    rows.set(partitionKey(topic, partition), {
      topic,
      partition,
      committed: offset,
      metadata,
      member: undefined,
    })
  }
  for (const member of group.members) {
    for (const { topic, partition } of member.partitions) {
      const key = partitionKey(topic, partition)
      const known = rows.get(key) ?? { topic, partition, committed: undefined, metadata: '' }
      rows.set(key, { ...known, member })
    }
  }
  const sorted = [...rows.values()].sort(byPartition)
  const ends = await endsOf(session, sorted)
  return sorted.map(row => ({ ...row, end: ends.get(partitionKey(row.topic, row.partition)) }))
}

/** Where the logs of partitions end; those that do not exist any more are left out. */
async function endsOf(
  session: Session,
  partitions: readonly TopicPartition[],
): Promise<ReadonlyMap<string, number>> {
  const topics = await session.admin.describeTopics([...new Set(partitions.map(({ topic }) => topic))])
  const counts = new Map(topics.map(topic => [topic.name, topic.partitions.length]))
  const there = partitions.filter(({ topic, partition }) => partition < (counts.get(topic) ?? 0))
  const listed = await session.admin.listOffsets(there, 'latest')
  return new Map(listed.map(({ topic, partition, offset }) => [partitionKey(topic, partition), offset]))
}

export function byPartition(left: TopicPartition, right: TopicPartition): number {
  if (left.topic !== right.topic) return left.topic < right.topic ? -1 : 1
  return left.partition - right.partition
}

function lag({ committed, end }: PartitionLag): number | undefined {
  return committed === undefined || end === undefined ? undefined : Math.max(0, end - committed)
}

interface DescribedGroup {
  readonly group: GroupDescription
  readonly offsets: readonly PartitionLag[]
}

interface Parts {
  readonly members: boolean
  readonly offsets: boolean
}

function totalLag({ offsets }: DescribedGroup): number {
  return offsets.reduce((sum, row) => sum + (lag(row) ?? 0), 0)
}

function groupData(described: DescribedGroup, parts: Parts) {
  const { group, offsets } = described
  return {
    group: group.groupId,
    type: group.type,
    state: group.state,
    assignor: group.protocol,
    epoch: group.epoch < 0 ? null : group.epoch,
    totalLag: int64Text(totalLag(described)),
    ...(parts.members && {
      members: group.members.map(({ instanceId, target, speaks, epoch, ...member }) => ({
        ...member,
        protocol: speaks ?? null,
        epoch: epoch < 0 ? null : epoch,
        instanceId: instanceId ?? null,
        ...(target !== undefined && { target }),
      })),
    }),
    ...(parts.offsets && {
      offsets: offsets.map(row => ({
        topic: row.topic,
        partition: row.partition,
        offset: row.committed === undefined ? null : int64Text(row.committed),
        endOffset: row.end === undefined ? null : int64Text(row.end),
        lag: lag(row) === undefined ? null : int64Text(lag(row)!),
        metadata: row.metadata,
        memberId: row.member?.memberId ?? null,
        clientId: row.member?.clientId ?? null,
        host: row.member?.clientHost ?? null,
      })),
    }),
  }
}

function groupSections(
  described: DescribedGroup,
  { members, offsets, verbose }: Parts & { readonly verbose: boolean },
): readonly Section[] {
  const { group } = described
  return [
    pairs([
      ['group', group.groupId],
      ['state', group.state],
      ['type', group.type],
      ['assignor', group.protocol || undefined],
      ['members', membersText(group)],
      ['total lag', totalLag(described)],
    ]),
    ...(offsets ? [table(lagColumns, described.offsets)] : []),
    ...(members && group.members.length > 0 ? [table(memberColumns(group, verbose), group.members)] : []),
  ]
}

const lagColumns: readonly Column<PartitionLag>[] = [
  { heading: 'TOPIC', cell: ({ topic }) => topic },
  { heading: 'PARTITION', cell: ({ partition }) => partition, align: 'right' },
  { heading: 'OFFSET', cell: ({ committed }) => committed, align: 'right' },
  { heading: 'END', cell: ({ end }) => end, align: 'right' },
  { heading: 'LAG', cell: lag, align: 'right' },
  { heading: 'CLIENT', cell: ({ member }) => member?.clientId },
  { heading: 'HOST', cell: ({ member }) => member?.clientHost },
  { heading: 'MEMBER', cell: ({ member }) => member?.memberId, wide: true },
  { heading: 'METADATA', cell: ({ metadata }) => metadata || undefined, wide: true },
]

/** How many there are, and of which protocol where they are not all of one. */
function membersText(group: GroupDescription): string {
  const count = group.members.length
  if (!isMixed(group)) return String(count)
  const classic = group.members.filter(({ speaks }) => speaks === 'classic').length
  return `${count}, of which ${classic} of the classic protocol`
}

/** Whether a group of the consumer protocol has members of the classic one: it is being migrated, or stays so. */
function isMixed({ type, members }: GroupDescription): boolean {
  return type === 'consumer' && members.some(({ speaks }) => speaks === 'classic')
}

function memberColumns(group: GroupDescription, verbose: boolean): readonly Column<GroupMemberDescription>[] {
  return [
    { heading: 'MEMBER', cell: ({ memberId }) => memberId },
    { heading: 'INSTANCE', cell: ({ instanceId }) => instanceId },
    { heading: 'CLIENT', cell: ({ clientId }) => clientId },
    { heading: 'HOST', cell: ({ clientHost }) => clientHost },
    ...(isMixed(group)
      ? [{ heading: 'PROTOCOL', cell: ({ speaks }: GroupMemberDescription) => speaks }]
      : []),
    { heading: 'PARTITIONS', cell: ({ partitions }) => partitions.length, align: 'right' },
    { heading: 'ASSIGNED', cell: ({ partitions }) => placesText(partitions), wide: !verbose },
  ]
}

function placesText(partitions: readonly TopicPartition[]): string | undefined {
  const places = partitions.toSorted(byPartition).map(({ topic, partition }) => `${topic}-${partition}`)
  return places.join(',') || undefined
}

/** Refuses with MR-6204 what needs a group without members. */
export function requireEmpty({ groupId, state, members }: GroupDescription, act: string): void {
  if (state === 'Empty' || state === 'Dead') return
  throw new StreamsError('MR-6204', {
    what: `group ${groupId} is in use: it is ${state} with ${members.length} members`,
    why: `${act} only while nobody is in it: members would go on from where they are, and commit that.`,
    fix: 'Stop its members, wait until `millrace group describe` says Empty, and try again.',
  })
}

export async function groupDeleteCommand(
  groupIds: readonly string[],
  flags: ClusterFlags & { readonly execute?: boolean },
): Promise<void> {
  await withCluster(flags, async session => {
    const groups = await existingGroups(session, [...new Set(groupIds)])
    const execute = flags.execute === true || session.settings.yes
    if (execute) {
      for (const group of groups) requireEmpty(group, 'Groups are deleted')
      await session.admin.deleteGroups(groups.map(({ groupId }) => groupId))
    } else {
      session.note('dry run: give --execute to delete')
      for (const { groupId, members } of groups) {
        if (members.length > 0) session.note(`group ${groupId} has members: it must be empty for that`)
      }
    }
    const rows = groups.map(({ groupId, state, members }) => ({
      group: groupId,
      state,
      members: members.length,
      outcome: execute ? 'deleted' : 'would be deleted',
    }))
    await session.show({ data: rows, sections: [table(deletionColumns, rows)] })
  })
}

interface Deletion {
  readonly group: string
  readonly state: string
  readonly members: number
  readonly outcome: string
}

const deletionColumns: readonly Column<Deletion>[] = [
  { heading: 'GROUP', cell: ({ group }) => group },
  { heading: 'STATE', cell: ({ state }) => state },
  { heading: 'MEMBERS', cell: ({ members }) => members, align: 'right' },
  { heading: 'OUTCOME', cell: ({ outcome }) => outcome },
]
