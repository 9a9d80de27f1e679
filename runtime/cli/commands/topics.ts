/** `millrace topic list`, `describe` and `offsets`: what topics there are, what they are, and what they hold. */
import { StreamsError } from '../../../src/base/errors.ts'
import { partitionKey, type TopicPartition } from '../../../src/base/topic-partition.ts'
import type { ConfigEntry } from '../../client/admin.ts'
import type { OffsetSpec } from '../../client/list-offsets.ts'
import { describeReplicaLogs, type ReplicaLog } from '../../client/log-directories.ts'
import type { PartitionMetadata, TopicMetadata } from '../../client/metadata-cache.ts'
import type { ClusterFlags } from '../declarations/cluster-flags.ts'
import type { Column } from '../output/table.ts'
import { int64Text, pairs, table, type View } from '../output/view.ts'
import { readPosition, resolvePosition } from '../records/position.ts'
import { withCluster, type Session } from '../session.ts'

const byName = (left: { readonly name: string }, right: { readonly name: string }): number =>
  left.name < right.name ? -1 : 1

export async function topicListCommand(flags: ClusterFlags & { readonly all?: boolean }): Promise<void> {
  await withCluster(flags, async session => {
    const topics = await session.admin.listTopics()
    const shown = topics.filter(({ internal }) => flags.all === true || !internal).sort(byName)
    await session.show({
      data: shown.map(topic => ({
        name: topic.name,
        id: topic.topicId,
        internal: topic.internal,
        partitions: topic.partitions.length,
        replicas: replicasOf(topic),
      })),
      sections: [table(topicColumns, shown)],
    })
  })
}

const topicColumns: readonly Column<TopicMetadata>[] = [
  { heading: 'NAME', cell: ({ name }) => name },
  { heading: 'PARTITIONS', cell: ({ partitions }) => partitions.length, align: 'right' },
  { heading: 'REPLICAS', cell: replicasOf, align: 'right' },
  { heading: 'INTERNAL', cell: ({ internal }) => (internal ? 'yes' : 'no'), wide: true },
  { heading: 'ID', cell: ({ topicId }) => topicId, wide: true },
]

function replicasOf({ partitions }: TopicMetadata): number {
  return partitions[0]?.replicas.length ?? 0
}

export async function topicDescribeCommand(names: readonly string[], flags: ClusterFlags): Promise<void> {
  await withCluster(flags, async session => {
    const topics = await session.topics(names)
    const described = await Promise.all(topics.map(topic => describe(session, topic)))
    await session.show({
      data: described.map(topicData),
      sections: described.flatMap(topic => topicSections(topic, session.settings.form === 'wide')),
    })
  })
}

interface DescribedPartition extends PartitionMetadata {
  readonly start: number
  readonly end: number
  /** The bytes of the leader's log; `undefined` where one may not ask for it. */
  readonly sizeInBytes: number | undefined
}

interface DescribedTopic {
  readonly topic: TopicMetadata
  readonly partitions: readonly DescribedPartition[]
  readonly configs: readonly ConfigEntry[]
}

async function describe(session: Session, topic: TopicMetadata): Promise<DescribedTopic> {
  const those = partitionsOf(topic)
  const [offsets, configs, logs] = await Promise.all([
    resolvePosition(session.cluster, those, { kind: 'end' }),
    session.admin.describeConfigs('topic', topic.name),
    replicaLogs(session, those),
  ])
  const sizes = new Map(logs.map(log => [replicaKey(log), log.sizeInBytes]))
  return {
    topic,
    configs: configs.toSorted(byName),
    partitions: topic.partitions.map((partition, index) => ({
      ...partition,
      start: offsets[index]!.start,
      end: offsets[index]!.end,
      sizeInBytes: sizes.get(
        replicaKey({ topic: topic.name, partition: partition.partition, node: partition.leader }),
      ),
    })),
  }
}

/** None where the user may not see log directories, which takes a right of its own: the rest is worth showing. */
async function replicaLogs(
  session: Session,
  partitions: readonly TopicPartition[],
): Promise<readonly ReplicaLog[]> {
  try {
    return await describeReplicaLogs(session.cluster, partitions)
  } catch (error) {
    if (!(error instanceof StreamsError) || error.code !== 'MR-5041') throw error
    session.note(`sizes are not shown: ${error.message}`)
    return []
  }
}

function replicaKey({ topic, partition, node }: Pick<ReplicaLog, 'topic' | 'partition' | 'node'>): string {
  return `${node} ${partitionKey(topic, partition)}`
}

function partitionsOf({ name, partitions }: TopicMetadata): readonly TopicPartition[] {
  return partitions.map(({ partition }) => ({ topic: name, partition }))
}

function topicData({ topic, partitions, configs }: DescribedTopic) {
  return {
    name: topic.name,
    id: topic.topicId,
    internal: topic.internal,
    sizeInBytes: sizeOf(partitions) ?? null,
    partitions: partitions.map(partition => ({
      partition: partition.partition,
      leader: partition.leader,
      leaderEpoch: partition.leaderEpoch,
      replicas: partition.replicas,
      inSyncReplicas: partition.inSyncReplicas,
      startOffset: int64Text(partition.start),
      endOffset: int64Text(partition.end),
      sizeInBytes: partition.sizeInBytes ?? null,
    })),
    configs: configs.map(({ name, value, isDefault }) => ({ name, value, isDefault })),
  }
}

function topicSections({ topic, partitions, configs }: DescribedTopic, wide: boolean): View['sections'] {
  const shown = configs.filter(({ isDefault }) => wide || !isDefault)
  return [
    pairs([
      ['name', topic.name],
      ['id', topic.topicId],
      ['partitions', partitions.length],
      ['replicas', replicasOf(topic)],
      ['internal', topic.internal ? 'yes' : 'no'],
      ['size', sizeText(sizeOf(partitions))],
    ]),
    table(partitionColumns, partitions),
    ...(shown.length === 0 ? [] : [table(configColumns, shown)]),
  ]
}

const partitionColumns: readonly Column<DescribedPartition>[] = [
  { heading: 'PARTITION', cell: ({ partition }) => partition, align: 'right' },
  { heading: 'LEADER', cell: ({ leader }) => (leader < 0 ? 'none' : leader), align: 'right' },
  { heading: 'EPOCH', cell: ({ leaderEpoch }) => leaderEpoch, align: 'right', wide: true },
  { heading: 'REPLICAS', cell: ({ replicas }) => replicas.join(',') },
  { heading: 'IN-SYNC', cell: ({ inSyncReplicas }) => inSyncReplicas.join(',') },
  { heading: 'START', cell: ({ start }) => start, align: 'right' },
  { heading: 'END', cell: ({ end }) => end, align: 'right' },
  { heading: 'SIZE', cell: ({ sizeInBytes }) => sizeText(sizeInBytes), align: 'right' },
]

const configColumns: readonly Column<ConfigEntry>[] = [
  { heading: 'CONFIG', cell: ({ name }) => name },
  { heading: 'VALUE', cell: ({ value }) => value ?? 'secret' },
  { heading: 'DEFAULT', cell: ({ isDefault }) => (isDefault ? 'yes' : 'no'), wide: true },
]

/** `undefined` if that of a partition is not known. */
function sizeOf(partitions: readonly DescribedPartition[]): number | undefined {
  let sum = 0
  for (const { sizeInBytes } of partitions) {
    if (sizeInBytes === undefined) return undefined
    sum += sizeInBytes
  }
  return sum
}

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const

function sizeText(bytes: number | undefined): string | undefined {
  if (bytes === undefined) return undefined
  let size = bytes
  let unit = 0
  for (; size >= 1024 && unit < units.length - 1; unit++) size /= 1024
  return `${unit === 0 ? size : size.toFixed(1)} ${units[unit]}`
}

/** What `--at` takes beside the positions of `records/position.ts`. */
const maxTimestamp = 'max-timestamp'

export async function topicOffsetsCommand(
  names: readonly string[],
  flags: ClusterFlags & { readonly at?: string },
): Promise<void> {
  const { at } = flags
  const position = at === undefined || at === maxTimestamp ? undefined : readPosition(at, '--at', Date.now())
  await withCluster(flags, async session => {
    const partitions = (await session.topics(names)).flatMap(partitionsOf)
    const [offsets, greatest] = await Promise.all([
      resolvePosition(session.cluster, partitions, position ?? { kind: 'end' }),
      at === maxTimestamp
        ? session.admin.listOffsets(partitions, maxTimestamp satisfies OffsetSpec)
        : undefined,
    ])
    const rows = offsets.map((place, index) => ({
      ...place,
      // An empty partition has no greatest timestamp: -1.
      at: greatest === undefined ? place.offset : nonNegative(greatest[index]!.offset),
    }))
    await session.show({
      data: rows.map(({ topic, partition, start, end, ...row }) => ({
        topic,
        partition,
        startOffset: int64Text(start),
        endOffset: int64Text(end),
        ...(at !== undefined && { offset: row.at === undefined ? null : int64Text(row.at) }),
      })),
      sections: [table(at === undefined ? offsetColumns : [...offsetColumns, atColumn], rows)],
    })
  })
}

interface OffsetRow extends TopicPartition {
  readonly start: number
  readonly end: number
  readonly at: number | undefined
}

function nonNegative(offset: number): number | undefined {
  return offset < 0 ? undefined : offset
}

const offsetColumns: readonly Column<OffsetRow>[] = [
  { heading: 'TOPIC', cell: ({ topic }) => topic },
  { heading: 'PARTITION', cell: ({ partition }) => partition, align: 'right' },
  { heading: 'START', cell: ({ start }) => start, align: 'right' },
  { heading: 'END', cell: ({ end }) => end, align: 'right' },
  { heading: 'OFFSETS', cell: ({ start, end }) => end - start, align: 'right', wide: true },
]

const atColumn: Column<OffsetRow> = { heading: 'AT', cell: ({ at }) => at, align: 'right' }
