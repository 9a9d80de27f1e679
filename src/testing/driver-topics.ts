/**
 * The topics of a tested application: their logs, made when first asked for, with the partition counts that a broker
 * would have them with.
 */
import { misuse } from '../base/misuse.ts'
import { StreamsError } from '../base/errors.ts'
import { changelogTopicOf, realTopicName } from '../topology/internal-topics.ts'
import { planPartitions } from '../topology/partition-counts.ts'
import {
  hasPatterns,
  matchedBy,
  withMatchedTopics,
  type MatchedTopology,
} from '../topology/matched-topics.ts'
import type { Topology } from '../topology/topology.ts'
import type { TestDriverOptions, TestedApp } from './driver-options.ts'
import { TopicLog } from './topic-log.ts'

export class DriverTopics {
  /** By sub-topology id. */
  taskCounts!: readonly number[]
  /** With the topics that patterns have matched so far. */
  topology!: MatchedTopology
  private readonly app: TestedApp
  private readonly declared: Topology
  /** By real name, of topics that have been given one. */
  private readonly counts: Map<string, number>
  private readonly logs = new Map<string, TopicLog>()
  private matched: readonly string[] = []
  private readonly hasPatterns: boolean
  /** Topics of which it is known whether a pattern matches. */
  private readonly tried = new Set<string>()

  constructor(app: TestedApp, topology: Topology, options: Pick<TestDriverOptions, 'partitions'>) {
    this.app = app
    this.declared = topology
    this.hasPatterns = hasPatterns(topology)
    this.counts = declaredCounts(app, options.partitions ?? {})
    this.plan()
  }

  /** Takes up a topic that a pattern matches, if one does and it is new; answers whether that is so. */
  match(name: string): boolean {
    if (!this.hasPatterns || this.tried.has(name)) return false
    this.tried.add(name)
    if (matchedBy(this.declared, this.app.id, [name]).length === 0) return false
    this.matched = [...this.matched, name]
    this.plan()
    return true
  }

  private plan(): void {
    const { app, counts } = this
    const topology = withMatchedTopics(this.declared, this.matched)
    const plan = planPartitions(topology, topic => counts.get(topic) ?? 1)
    this.topology = topology
    this.taskCounts = plan.taskCounts
    for (const [topic, count] of plan.repartitionTopics) this.own(this.realName(topic), count)
    for (const part of topology.subtopologies()) {
      for (const store of part.stores) {
        const changelog = changelogTopicOf(store, app.id)
        if (changelog !== undefined && store.changelogTopic === undefined)
          this.own(changelog, plan.taskCounts[part.id]!)
      }
    }
  }

  /** Says how many partitions a topic of the application's own has, which cannot change once it is there. */
  private own(name: string, count: number): void {
    const log = this.logs.get(name)
    if (log !== undefined && log.partitionCount !== count)
      throw new StreamsError('MR-2102', {
        what: `Internal topic '${name}' has ${log.partitionCount} partitions; the topology needs ${count}`,
        why: 'A topic that a pattern has matched since has more partitions than those before it.',
        fix: 'Give all topics of a pattern equally many partitions.',
      })
    this.counts.set(name, count)
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
    return realTopicName(this.declared, this.app.id, topic)
  }
}

function declaredCounts(app: TestedApp, partitions: Readonly<Record<string, number>>): Map<string, number> {
  const counts = new Map<string, number>()
  for (const topic of app.topics?.() ?? [])
    if (topic.partitions !== undefined) counts.set(topic.name, topic.partitions)
  for (const [name, count] of Object.entries(partitions)) {
    if (!Number.isSafeInteger(count) || count < 1)
      throw misuse(`partitions: the count of '${name}' must be a whole number of at least 1, not ${count}`)
    counts.set(name, count)
  }
  return counts
}
