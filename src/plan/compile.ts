/**
 * Compiles a plan into the topology that runs it: one case per kind of node.
 *
 * Names are in the plan already; what is decided here is which stores exist, who sends old values, what stands before
 * a repartition topic, and which sources must be partitioned alike. The order of the physical nodes is Kafka's
 * (write-order.ts).
 */
import { StreamsError } from '../base/errors.ts'
import type { ProcessorWrapper } from '../topology/options.ts'
import { Topology } from '../topology/topology.ts'
import { addDedupe } from './compile-dedupe.ts'
import { addForeignKeyChange, addForeignKeySubscription } from './compile-foreign-key-join.ts'
import { addGlobalTable } from './compile-global-table.ts'
import { addLateRecords } from './compile-late-records.ts'
import { addProcessor } from './compile-processor.ts'
import { addJoinWindow, addStreamStreamJoin } from './compile-stream-join.ts'
import { addStreamTableJoin } from './compile-stream-table-join.ts'
import { addRepartition, addSink, addTableRepartition } from './compile-sink.ts'
import { addTable } from './compile-table.ts'
import type { Compilation } from './compilation.ts'
import { parentsOf, storeOf } from './node-relations.ts'
import type { JoinWindowNode, PlanNode, StreamSourceNode } from './node.ts'
import { optimize, type OptimizationChoice } from './optimize/optimize.ts'
import { selfJoinsOf } from './optimize/self-joins.ts'
import type { Plan } from './plan.ts'
import { sourcesOf } from './sources.ts'
import { analyseTables } from './tables.ts'
import { writeOrderOf } from './write-order.ts'

/** Choices of the application that change how a plan compiles. */
export interface CompileOptions {
  /** Refuse stores and internal topics with generated names (MR-1003). */
  readonly strictNaming: boolean
  /** What to optimise. */
  readonly optimize: OptimizationChoice
  /** Put around every processor. */
  readonly wrapProcessor?: ProcessorWrapper | undefined
}

/** What a node reads from, as Kafka lists it: a source that takes another's place comes after all others. */
function mergedSourcesLast(
  node: PlanNode,
  representative: (node: PlanNode) => PlanNode,
): readonly PlanNode[] {
  const parents = parentsOf(node)
  const isMerged = (parent: PlanNode): boolean => representative(parent) !== parent
  if (!parents.some(isMerged)) return parents
  return [...parents.filter(parent => !isMerged(parent)), ...parents.filter(isMerged)]
}

/** The topology of a plan. */
export function compile(plan: Plan, options: CompileOptions): Topology {
  if (options.strictNaming) checkAllNamed(plan.nodes)
  const optimized = optimize(plan, options.optimize)
  const { nodes, representative } = writeOrderOf(optimized.nodes, optimized.orderOf)
  const selfJoins = selfJoinsOf(optimized.sharesSelfJoinStores ? nodes : [], representative)
  const standInOf = (node: PlanNode): PlanNode => selfJoins.leftOut.get(node) ?? representative(node)
  const compilation: Compilation = {
    topology: new Topology({ wrapProcessor: options.wrapProcessor }),
    tables: analyseTables(optimized.nodes),
    parentNames: node => [
      ...new Set(mergedSourcesLast(node, representative).map(parent => standInOf(parent).name)),
    ],
    sourceNames: node => [
      ...new Set([...sourcesOf(node)].map(source => physicalSourceName(representative(source)))),
    ],
    branchNames: splitter =>
      nodes.flatMap(node => (node.kind === 'branch-child' && node.parent === splitter ? [node.name] : [])),
    stores: plan.stores,
    selfJoins: selfJoins.joins,
    windowsOf: window => nodes.filter((node): node is JoinWindowNode => standInOf(node) === window),
    reusesSourceTopics: optimized.reusesSourceTopics,
    keepsNullKeys: ancestorsOfLeftJoins(nodes),
  }
  for (const node of nodes) if (!selfJoins.leftOut.has(node)) compileNode(node, compilation)
  return compilation.topology
}

function compileNode(node: PlanNode, compilation: Compilation): void {
  const { topology, parentNames } = compilation
  switch (node.kind) {
    case 'stream-source':
      return addStreamSource(node, topology)
    case 'table-source':
    case 'stream-aggregate':
    case 'window-aggregate':
    case 'session-aggregate':
    case 'cogroup-fold':
    case 'to-table':
    case 'table-filter':
    case 'table-map-values':
    case 'table-transform-values':
    case 'table-join':
    case 'foreign-key-join':
    case 'suppress':
    case 'table-aggregate':
      return addTable(node, compilation)
    case 'repartition':
      return addRepartition(topology, node, parentNames(node), compilation.keepsNullKeys.has(node))
    case 'table-repartition':
      return addTableRepartition(topology, node, parentNames(node))
    case 'sink':
      return addSink(topology, node, parentNames(node))
    case 'cogroup':
      addProcessor(node, compilation)
      return copartition(node, 'cogroup', compilation)
    case 'late-records':
      return addLateRecords(node, compilation)
    case 'dedupe':
      return addDedupe(node, compilation)
    case 'global-table':
      return addGlobalTable(topology, node)
    case 'stream-table-join':
      return addStreamTableJoin(node, compilation)
    case 'foreign-key-subscription':
      return addForeignKeySubscription(node, compilation)
    case 'foreign-key-change':
      return addForeignKeyChange(node, compilation)
    case 'join-window':
      return addJoinWindow(node, compilation)
    case 'stream-stream-join':
      return addStreamStreamJoin(node, compilation)
    default:
      return addProcessor(node, compilation)
  }
}

function addStreamSource(node: StreamSourceNode, topology: Topology): void {
  const { name, keySerde: key, valueSerde: value, timestamp, offsetReset, declaredAt } = node
  const topics = node.pattern ?? node.topics
  topology.addSource(name, { topics, key, value, timestamp, offsetReset, declaredAt })
}

/** Demands that all sources of a node are partitioned alike. */
function copartition(node: PlanNode, kind: string, { topology, sourceNames }: Compilation): void {
  const { name, declaredAt } = node
  topology.copartition({ sources: sourceNames(node), operator: `${kind} '${name}'`, declaredAt })
}

function physicalSourceName(node: PlanNode): string {
  return 'sourceName' in node ? node.sourceName : node.name
}

/** Everything above a left or outer join, which has a use for records without a key (semantics S2, S10). */
function ancestorsOfLeftJoins(nodes: readonly PlanNode[]): ReadonlySet<PlanNode> {
  const ancestors = new Set<PlanNode>()
  const visit = (node: PlanNode): void => {
    if (ancestors.has(node)) return
    ancestors.add(node)
    for (const parent of parentsOf(node)) visit(parent)
  }
  for (const node of nodes) {
    const joins = node.kind === 'stream-stream-join' && node.operator !== 'join'
    const looksUp = node.kind === 'stream-table-join' || node.kind === 'stream-global-join'
    if (joins || (looksUp && node.left)) visit(node)
  }
  return ancestors
}

/** Refuses stores and repartition topics whose names nobody gave (semantics N7). */
function checkAllNamed(nodes: readonly PlanNode[]): void {
  for (const node of nodes) {
    if ((node.kind === 'repartition' || node.kind === 'table-repartition') && !node.named)
      throw unnamed('repartition topic', node.topic, node)
    const store = storeOf(node)
    if (store === undefined || store.named) continue
    // Kafka refuses a source table without a named store even while nothing looks rows up in it.
    throw unnamed('store', store.name, node)
  }
}

function unnamed(what: string, name: string, node: PlanNode): StreamsError {
  return new StreamsError('MR-1003', {
    what: `the ${what} of ${node.kind} '${node.name}' has the generated name '${name}'`,
    where: node.declaredAt,
    why: 'A generated name changes when an operator is added before it, and the data kept under it is lost.',
    fix: what === 'store' ? fixOf(node.kind) : `name the operator: { name: 'by-customer' }`,
  })
}

/** How the store of an operator gets a name. */
function fixOf(kind: PlanNode['kind']): string {
  if (kind === 'suppress') return `name the operator, and its store with it: { until, name: 'final-counts' }`
  const named =
    kind === 'join-window' ||
    kind === 'stream-stream-join' ||
    kind === 'foreign-key-join' ||
    kind === 'dedupe'
  return named
    ? `name the store in the options: { store: 'paid-orders' }`
    : `name the store: count('orders-per-customer')`
}
