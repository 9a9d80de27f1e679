/** `millrace topic create`, `alter` and `delete`. */
import { StreamsError } from '../../../src/base/errors.ts'
import type { ClusterFlags } from '../declarations/cluster-flags.ts'
import { integerOf, invalid, pairOf } from '../invalid.ts'
import { table } from '../output/view.ts'
import { withCluster, type Session } from '../session.ts'

export interface CreateFlags extends ClusterFlags {
  readonly partitions?: string
  readonly replicas?: string
  readonly config?: readonly string[]
  readonly ifNotExists?: boolean
  readonly dryRun?: boolean
}

export async function topicCreateCommand(names: readonly string[], flags: CreateFlags): Promise<void> {
  const partitions = flags.partitions === undefined ? -1 : integerOf(flags.partitions, '--partitions', 1)
  const replicationFactor = flags.replicas === undefined ? -1 : integerOf(flags.replicas, '--replicas', 1)
  const configs = Object.fromEntries((flags.config ?? []).map(text => pairOf(text, '--config')))
  const validateOnly = flags.dryRun === true
  await withCluster(flags, async session => {
    const topics = [...new Set(names)].map(name => ({ name, partitions, replicationFactor, configs }))
    const outcomes = await session.admin.createTopics(topics, { validateOnly })
    const there = outcomes.find(({ outcome }) => outcome === 'exists')
    if (there !== undefined && flags.ifNotExists !== true) {
      throw new StreamsError('MR-5041', {
        what: `topic ${there.name} exists already`,
        why: othersCreated(outcomes),
        fix: 'Give --if-not-exists if that is as it should be.',
      })
    }
    await showOutcomes(
      session,
      outcomes.map(({ name, outcome }) => ({
        topic: name,
        outcome: validateOnly && outcome === 'created' ? 'would be created' : outcome,
      })),
    )
  })
}

function othersCreated(
  outcomes: readonly { readonly name: string; readonly outcome: string }[],
): string | undefined {
  const created = outcomes.filter(({ outcome }) => outcome === 'created').map(({ name }) => name)
  return created.length === 0 ? undefined : `Created were: ${created.join(', ')}.`
}

export interface AlterFlags extends ClusterFlags {
  readonly partitions?: string
  readonly config?: readonly string[]
  readonly deleteConfig?: readonly string[]
}

export async function topicAlterCommand(name: string, flags: AlterFlags): Promise<void> {
  const partitions =
    flags.partitions === undefined ? undefined : integerOf(flags.partitions, '--partitions', 1)
  const configs: Record<string, string | null> = Object.fromEntries(
    (flags.config ?? []).map(text => pairOf(text, '--config')),
  )
  for (const key of flags.deleteConfig ?? []) {
    if (key in configs) throw invalid(`${key} is both set and deleted`)
    configs[key] = null
  }
  const keys = Object.keys(configs)
  if (partitions === undefined && keys.length === 0) {
    throw invalid('nothing is to be altered', 'Give --partitions, --config or --delete-config.')
  }
  await withCluster(flags, async session => {
    await session.topics([name])
    // Configurations first: they can be put back, partitions cannot.
    if (keys.length > 0) await session.admin.alterConfigs('topic', name, configs)
    if (partitions !== undefined) await session.admin.createPartitions(name, partitions)
    await showOutcomes(session, [{ topic: name, outcome: 'altered' }])
  })
}

export async function topicDeleteCommand(names: readonly string[], flags: ClusterFlags): Promise<void> {
  await withCluster(flags, async session => {
    const topics = await session.topics([...new Set(names)])
    const listed = topics.map(({ name, partitions }) => `${name} (${partitions.length} partitions)`)
    await session.confirm(`delete ${listed.join(', ')} with all records`)
    await session.admin.deleteTopics(topics.map(({ name }) => name))
    await showOutcomes(
      session,
      topics.map(({ name }) => ({ topic: name, outcome: 'deleted' })),
    )
  })
}

interface TopicOutcome {
  readonly topic: string
  readonly outcome: string
}

function showOutcomes(session: Session, outcomes: readonly TopicOutcome[]): Promise<void> {
  return session.show({
    data: outcomes,
    sections: [
      table<TopicOutcome>(
        [
          { heading: 'TOPIC', cell: ({ topic }) => topic },
          { heading: 'OUTCOME', cell: ({ outcome }) => outcome },
        ],
        outcomes,
      ),
    ],
  })
}
