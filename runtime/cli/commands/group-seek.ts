/**
 * `millrace group seek`: sets the committed offsets of a group that has no members.
 *
 * What is set is said in one of four ways: `--to` a place in the topics, `--shift` from where the group is, `--to-group` the
 * offsets of another group, `--from-file` offsets as listed. It concerns the partitions that the group has committed offsets
 * of, or those of `--topics`. Without `--execute` the plan is printed and nothing is done. The plan as JSON can be given
 * back by `--from-file`.
 */
import { readFile } from 'node:fs/promises'
import { partitionKey, type TopicPartition } from '../../../src/base/topic-partition.ts'
import type { CommittedOffset } from '../../client/offsets.ts'
import type { ClusterFlags } from '../declarations/cluster-flags.ts'
import { integerOf, invalid, partitionsOf } from '../invalid.ts'
import type { Column } from '../output/table.ts'
import { int64Text, table } from '../output/view.ts'
import { readOffsetFile, type FiledOffset } from '../records/offset-file.ts'
import { clamped, readPosition, resolvePosition } from '../records/position.ts'
import { withCluster, type Session } from '../session.ts'
import { byPartition, existingGroups, requireEmpty } from './groups.ts'

/** The parsed flags. */
export interface SeekFlags extends ClusterFlags {
  readonly to?: string
  readonly shift?: string
  readonly toGroup?: string
  readonly fromFile?: string
  readonly topics?: readonly string[]
  readonly dryRun?: boolean
  readonly execute?: boolean
}

/** Where a group goes on in a partition, now and then. */
interface Move extends TopicPartition {
  /** `undefined`: nothing is committed. */
  readonly before: number | undefined
  readonly after: number
}

export async function groupSeekCommand(groupId: string, flags: SeekFlags): Promise<void> {
  const target = targetOf(flags)
  if (flags.execute === true && flags.dryRun === true)
    throw invalid('--execute and --dry-run exclude each other')
  await withCluster(flags, async session => {
    const execute = flags.dryRun !== true && (flags.execute === true || session.settings.yes)
    const [group] = await session.admin.describeGroups([groupId])
    const committed = await session.admin.listGroupOffsets(groupId)
    const isNew = group!.state === 'Dead' && committed.length === 0
    // A group that is not there yet may be given offsets, if it is said of what.
    if (isNew && flags.topics === undefined && target.kind !== 'file' && target.kind !== 'group') {
      await existingGroups(session, [groupId])
    }
    const moves = await planOf(session, target, {
      committed: new Map(committed.map(each => [partitionKey(each.topic, each.partition), each])),
      topics: flags.topics,
      groupId,
    })
    if (execute) {
      requireEmpty(group!, 'Its offsets are set')
      await session.admin.alterGroupOffsets(
        groupId,
        moves.map(({ topic, partition, after }) => ({ topic, partition, offset: after })),
      )
    } else {
      session.note('dry run: give --execute to set these offsets')
      if (group!.members.length > 0) session.note(`group ${groupId} has members: it must be empty for that`)
    }
    await session.show({
      data: moves.map(({ topic, partition, before, after }) => ({
        topic,
        partition,
        before: before === undefined ? null : int64Text(before),
        offset: int64Text(after),
      })),
      sections: [table(moveColumns, moves)],
    })
  })
}

const moveColumns: readonly Column<Move>[] = [
  { heading: 'TOPIC', cell: ({ topic }) => topic },
  { heading: 'PARTITION', cell: ({ partition }) => partition, align: 'right' },
  { heading: 'BEFORE', cell: ({ before }) => before, align: 'right' },
  { heading: 'AFTER', cell: ({ after }) => after, align: 'right' },
]

type Target =
  | { readonly kind: 'position'; readonly text: string }
  | { readonly kind: 'shift'; readonly by: number }
  | { readonly kind: 'group'; readonly groupId: string }
  | { readonly kind: 'file'; readonly path: string }

function targetOf({ to, shift, toGroup, fromFile }: SeekFlags): Target {
  const targets: Target[] = []
  if (to !== undefined) targets.push({ kind: 'position', text: to })
  if (shift !== undefined) {
    targets.push({ kind: 'shift', by: integerOf(shift.replace(/^\+/, ''), '--shift', -Infinity) })
  }
  if (toGroup !== undefined) targets.push({ kind: 'group', groupId: toGroup })
  if (fromFile !== undefined) targets.push({ kind: 'file', path: fromFile })
  const [target] = targets
  if (target !== undefined && targets.length === 1) return target
  throw invalid('one of --to, --shift, --to-group and --from-file says where to go')
}

interface Plan {
  readonly committed: ReadonlyMap<string, CommittedOffset>
  readonly topics: readonly string[] | undefined
  readonly groupId: string
}

async function planOf(session: Session, target: Target, plan: Plan): Promise<readonly Move[]> {
  const wanted = await wantedOffsets(session, target, plan)
  if (wanted.length === 0) {
    throw invalid('there is no partition to set an offset of', 'Name topics: --topics orders payments:0,1')
  }
  const places = await resolvePosition(session.cluster, wanted, { kind: 'end' })
  const moves = wanted.map(({ topic, partition, offset }, index) => ({
    topic,
    partition,
    before: plan.committed.get(partitionKey(topic, partition))?.offset,
    after: clamped(offset, places[index]!),
  }))
  return moves.sort(byPartition)
}

async function wantedOffsets(session: Session, target: Target, plan: Plan): Promise<readonly FiledOffset[]> {
  const { committed, topics } = plan
  const named = topics === undefined ? undefined : await namedPartitions(session, topics)
  const isNamed = ({ topic, partition }: TopicPartition): boolean =>
    named === undefined || named.some(each => each.topic === topic && each.partition === partition)
  switch (target.kind) {
    case 'position': {
      const position = readPosition(target.text, '--to', Date.now())
      return resolvePosition(
        session.cluster,
        named ?? (await living(session, [...committed.values()])),
        position,
      )
    }
    case 'shift': {
      const those = [...committed.values()].filter(isNamed)
      const moved = those.map(each => ({ ...each, offset: each.offset + target.by }))
      return living(session, moved)
    }
    case 'group': {
      await existingGroups(session, [target.groupId])
      return living(session, (await session.admin.listGroupOffsets(target.groupId)).filter(isNamed))
    }
    default: {
      const filed = readOffsetFile(await textOf(target.path), target.path).filter(isNamed)
      await session.topics([...new Set(filed.map(({ topic }) => topic))])
      return filed
    }
  }
}

/** Those whose topics exist: a group may have offsets of topics that were deleted. */
async function living<Place extends TopicPartition>(
  session: Session,
  places: readonly Place[],
): Promise<readonly Place[]> {
  const found = await session.admin.describeTopics([...new Set(places.map(({ topic }) => topic))])
  const counts = new Map(found.map(({ name, partitions }) => [name, partitions.length]))
  return places.filter(({ topic, partition }) => partition < (counts.get(topic) ?? 0))
}

/** `orders` for all partitions of a topic, `orders:0,2` for some. */
async function namedPartitions(
  session: Session,
  texts: readonly string[],
): Promise<readonly TopicPartition[]> {
  const asked = texts.map(text => {
    const [name = '', partitions] = text.split(':')
    return { name, partitions: partitions === undefined ? undefined : partitionsOf(partitions, '--topics') }
  })
  const topics = await session.topics(asked.map(({ name }) => name))
  const byName = new Map(topics.map(topic => [topic.name, topic]))
  const places = asked.flatMap(({ name, partitions }) => {
    const known = byName.get(name)!.partitions
    const missing = partitions?.find(partition => partition >= known.length)
    if (missing !== undefined)
      throw invalid(`topic ${name} has no partition ${missing}: it has ${known.length}`)
    const those = partitions ?? known.map(({ partition }) => partition)
    return those.map(partition => ({ topic: name, partition }))
  })
  return [...new Map(places.map(place => [partitionKey(place.topic, place.partition), place])).values()]
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    throw invalid(`--from-file cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`)
  }
}
