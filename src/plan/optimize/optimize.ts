/** Applies the optimisations that an application has asked for to a plan, before it is compiled. */
import { misuse } from '../../base/misuse.ts'
import type { PlanNode } from '../node.ts'
import type { Plan } from '../plan.ts'
import { Rewiring } from '../rewiring.ts'
import { mergeRepartitions } from './merge-repartitions.ts'

/**
 * An optimisation, by the name that Kafka's `topology.optimization` has for it.
 *
 * `reuse.ktable.source.topics`: the topic that a table is read from is the changelog of its store.
 * `merge.repartition.topics`: operators below one change of keys share one repartition topic.
 * `single.store.self.join`: a stream that is joined with itself keeps its records once.
 */
export type Optimization =
  | 'reuse.ktable.source.topics'
  | 'merge.repartition.topics'
  | 'single.store.self.join'

/** All of them, none, or those of a list. */
export type OptimizationChoice = boolean | readonly Optimization[]

const optimizations: readonly Optimization[] = [
  'reuse.ktable.source.topics',
  'merge.repartition.topics',
  'single.store.self.join',
]

/** What is to be compiled: nodes in the order of their declaration, and the order in which they are written. */
export interface OptimizedPlan {
  readonly nodes: readonly PlanNode[]
  readonly orderOf: (node: PlanNode) => number
  /** Whether joins of a stream with itself are to have one store. */
  readonly sharesSelfJoinStores: boolean
  /** Whether the topics of tables are to be the changelogs of their stores. */
  readonly reusesSourceTopics: boolean
}

export function optimize(plan: Plan, choice: OptimizationChoice): OptimizedPlan {
  const chosen = chosenOf(choice)
  const choices = {
    sharesSelfJoinStores: chosen.has('single.store.self.join'),
    reusesSourceTopics: chosen.has('reuse.ktable.source.topics'),
  }
  if (!chosen.has('merge.repartition.topics')) {
    return { nodes: plan.nodes, orderOf: node => plan.orderOf(node), ...choices }
  }
  const rewiring = new Rewiring(plan.nodes)
  const standsAfter = mergeRepartitions(plan.nodes, rewiring)
  const rewired = rewiring.nodes()
  const order = new Map(
    // A new node is written right after the one that it stands after, whose turn it takes.
    rewired.map(({ declared, node }) => [node, plan.orderOf(standsAfter.get(declared) ?? declared)]),
  )
  const nodes = rewired.map(({ node }) => node)
  return { nodes, orderOf: node => order.get(node)!, ...choices }
}

/** Refuses, with MR-1010, what is no choice. */
function chosenOf(choice: OptimizationChoice): ReadonlySet<Optimization> {
  if (typeof choice === 'boolean') return new Set(choice ? optimizations : [])
  for (const name of choice) {
    if (optimizations.includes(name)) continue
    throw misuse(`optimize: '${name}' is none of '${optimizations.join(`', '`)}'`, {
      fix: 'let optimize be true, false or a list of these',
    })
  }
  return new Set(choice)
}
