/**
 * The topics of a tested application: their logs, made when first asked for, with the partition counts that a broker
 * would have them with.
 */
import { changelogTopicOf, realTopicName } from '../topology/internal-topics.ts'
import { planPartitions } from '../topology/partition-counts.ts'
import type { Topology } from '../topology/topology.ts'
import type { TestDriverOptions, TestedApp } from './driver-options.ts'
import { TopicLog } from './topic-log.ts'

export class DriverTopics {
  /** By sub-topology id. */
  readonly taskCounts: readonly number[]
  private readonly app: TestedApp
  private readonly topology: Topology
  /** By real name, of topics that have been given one. */
  private readonly counts: ReadonlyMap<string, number>
  private readonly logs = new Map<string, TopicLog>()

  constructor(app: TestedApp, topology: Topology, options: Pick<TestDriverOptions, 'partitions'>) {
    this.app = app
    this.topology = topology
    const counts = declaredCounts(app, options.partitions ?? {})
    const plan = planPartitions(topology, topic => counts.get(topic) ?? 1)
    this.taskCounts = plan.taskCounts
    for (const [topic, count] of plan.repartitionTopics) counts.set(this.realName(topic), count)
    for (const part of topology.subtopologies()) {
      for (const store of part.stores) {
        const changelog = changelogTopicOf(store, app.id)
        if (changelog !== undefined && store.changelogTopic === undefined)
          counts.set(changelog, plan.taskCounts[part.id]!)
      }
    }
    this.counts = counts
  }

  /** By the name on the broker. */
  log(name: string): TopicLog {
    let log = this.logs.get(name)
    if (log === undefined) {
      log = new TopicLog(name, this.counts.get(name) ?? 1)
      this.logs.set(name, log)
    }
    return log
  }

  /** The name on the broker of a topic of the topology. */
  realName(topic: string): string {
    return realTopicName(this.topology, this.app.id, topic)
  }
}

function declaredCounts(app: TestedApp, partitions: Readonly<Record<string, number>>): Map<string, number> {
  const counts = new Map<string, number>()
  for (const topic of app.topics?.() ?? [])
    if (topic.partitions !== undefined) counts.set(topic.name, topic.partitions)
  for (const [name, count] of Object.entries(partitions)) {
    if (!Number.isSafeInteger(count) || count < 1)
      throw new RangeError(`partitions: '${name}' must have a whole number of at least 1, not ${count}`)
    counts.set(name, count)
  }
  return counts
}
