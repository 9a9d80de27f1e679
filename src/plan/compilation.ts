/** What every step of a compilation needs: the topology that is being made, and what was found out about the plan. */
import type { StoreDefinition } from '../topology/node.ts'
import type { Topology } from '../topology/topology.ts'
import type { JoinWindowNode, PlanNode } from './node.ts'
import type { TableAnalysis } from './tables.ts'

export interface Compilation {
  readonly topology: Topology
  readonly tables: TableAnalysis
  readonly parentNames: (node: PlanNode) => readonly string[]
  readonly sourceNames: (node: PlanNode) => readonly string[]
  /** The names of the children of a splitter, in the order in which they were declared. */
  readonly branchNames: (splitter: PlanNode) => readonly string[]
  /** Stores that processors use, by name. */
  readonly stores: ReadonlyMap<string, StoreDefinition>
  /** Joins of a stream with itself that keep its records once. */
  readonly selfJoins: ReadonlySet<PlanNode>
  /** A window, and those of such joins that it stands for. */
  readonly windowsOf: (window: JoinWindowNode) => readonly JoinWindowNode[]
  /** Whether the topics of tables are the changelogs of their stores. */
  readonly reusesSourceTopics: boolean
  /** Repartitions below which records without a key are still of use. */
  readonly keepsNullKeys: ReadonlySet<PlanNode>
}
