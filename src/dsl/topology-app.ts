/** `topologyApp`: an application whose graph is put together by hand, without the DSL. */
import { misuse } from '../base/misuse.ts'
import { StreamsError } from '../base/errors.ts'
import type { DeclaredTopic } from '../plan/plan.ts'
import { validateName } from '../topology/names.ts'
import { checkGivenCounts } from '../topology/partition-counts.ts'
import { Topology } from '../topology/topology.ts'
import { checkChoices, type App, type AppDefinition } from './app.ts'
import { checkOptionNames } from './argument-checks.ts'
import { resolveErrors } from './error-options.ts'

/** What an application of a hand-made topology is. */
export interface TopologyAppDefinition extends Pick<
  AppDefinition,
  'id' | 'guarantee' | 'cache' | 'headers' | 'wrapProcessor' | 'onError' | 'dlq'
> {
  /** Adds sources, processors, sinks and stores. Synchronous, and free of side effects. */
  readonly build: (topology: Topology) => void
  /** Partition counts and settings for topics that are created: made by `topic`. Topics that are not here need none. */
  readonly topics?: readonly DeclaredTopic[]
}

const definitionNames: Readonly<Record<keyof TopologyAppDefinition, true>> = {
  id: true,
  build: true,
  topics: true,
  guarantee: true,
  cache: true,
  headers: true,
  wrapProcessor: true,
  onError: true,
  dlq: true,
}

/**
 * Defines an application over a `Topology` of its own, for graphs that the DSL cannot express. `run`, `testDriver` and
 * the command line take the result, like that of `defineApp`.
 *
 * An id that Kafka does not allow in topic names is refused with MR-1005, a name that is none of the definition's with
 * MR-1010; what is wrong with the topology when it is first built, at the latest by `app.topology()`.
 *
 * @example
 * ```ts
 * import { integer, kvStore, storeOf, string, topologyApp, type ProcessorContext, type StreamRecord } from 'millrace'
 * import { testDriver } from 'millrace/testing'
 *
 * const totals = kvStore('totals', { key: string(), value: integer() })
 *
 * class Total {
 *   private context!: ProcessorContext<string, number>
 *   init(context: ProcessorContext<string, number>): void {
 *     this.context = context
 *   }
 *   process(record: StreamRecord<string, number>): void {
 *     const store = storeOf(this.context, totals)
 *     const total = (store.get(record.key) ?? 0) + record.value
 *     store.put(record.key, total)
 *     this.context.forwardTo(total < 100 ? 'small' : 'large', record.withValue(total))
 *   }
 * }
 *
 * const serdes = { key: string(), value: integer() }
 * const app = topologyApp({
 *   id: 'totals',
 *   build(topology) {
 *     topology
 *       .addSource('amounts', { topics: ['amounts'], ...serdes })
 *       .addProcessor('total', { parents: ['amounts'], supplier: () => new Total() })
 *       .addStateStore(totals, 'total')
 *       .addSink('small', { parents: ['total'], topic: 'small-totals', ...serdes })
 *       .addSink('large', { parents: ['total'], topic: 'large-totals', ...serdes })
 *   },
 * })
 *
 * using driver = testDriver(app)
 * driver.input({ name: 'amounts', ...serdes }).send('k', 60).send('k', 60)
 * console.log(driver.output({ name: 'large-totals', ...serdes }).toMap()) // Map { 'k' => 120 }
 * ```
 */
export function topologyApp(definition: TopologyAppDefinition): App {
  checkOptionNames(definition, definitionNames, 'topologyApp')
  const { id, build, guarantee = 'exactly-once', cache = false, headers = 'kafka', topics = [] } = definition
  const { wrapProcessor } = definition
  validateName(id, 'an application')
  if (typeof build !== 'function') throw misuse(`app '${id}': build must be a function`)
  checkChoices(id, definition)
  const errors = resolveErrors(id, definition)
  const declared = errors.dlq === undefined ? topics : [...topics, errors.dlq]
  let built: Topology | undefined
  const topology = (): Topology => {
    if (built === undefined) {
      const made = new Topology({ wrapProcessor })
      const result: unknown = build(made)
      if (result instanceof Promise) throw asynchronous(id)
      // Refuses what is incomplete.
      made.subtopologies()
      checkGivenCounts(made)
      built = made
    }
    return built
  }
  return Object.freeze({
    id,
    guarantee,
    cache,
    strictNaming: false,
    headers,
    ...errors,
    topology,
    topics: () => declaredTopics(topology(), declared),
  })
}

/** Every topic that the graph reads or writes, with what was declared of it. */
function declaredTopics(topology: Topology, declared: readonly DeclaredTopic[]): readonly DeclaredTopic[] {
  const names = new Set<string>()
  for (const node of topology.nodes.values()) {
    if (node.kind === 'source') for (const topic of node.topics) names.add(topic)
    else if (node.kind === 'sink' && typeof node.topic === 'string') names.add(node.topic)
  }
  for (const { name } of declared) names.add(name)
  for (const name of topology.repartitionTopics.keys()) names.delete(name)
  return [...names].map(name => {
    const { partitions, config } = declared.find(topic => topic.name === name) ?? {}
    return { name, partitions, config }
  })
}

function asynchronous(id: string): StreamsError {
  return new StreamsError('MR-1001', {
    what: `build of app '${id}' is asynchronous`,
    why: 'The topology must be complete when build returns.',
    fix: 'await what it needs before topologyApp, and declare synchronously',
  })
}
