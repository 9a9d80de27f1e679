/** Applies the optimisations that an application has asked for to a plan, before it is compiled. */
import type { PlanNode } from '../node.ts'
import type { Plan } from '../plan.ts'
import { Rewiring } from '../rewiring.ts'
import { mergeRepartitions } from './merge-repartitions.ts'

/**
 * An optimisation, by the name that Kafka's `topology.optimization` has for it.
 *
 * `merge.repartition.topics`: operators below one change of keys share one repartition topic.
 */
export type Optimization = 'merge.repartition.topics'

/** All of them, none, or those of a list. */
export type OptimizationChoice = boolean | readonly Optimization[]

const optimizations: readonly Optimization[] = ['merge.repartition.topics']

/** What is to be compiled: nodes in the order of their declaration, and the order in which they are written. */
export interface OptimizedPlan {
  readonly nodes: readonly PlanNode[]
  readonly orderOf: (node: PlanNode) => number
}

export function optimize(plan: Plan, choice: OptimizationChoice): OptimizedPlan {
  const chosen = chosenOf(choice)
  if (!chosen.has('merge.repartition.topics')) {
    return { nodes: plan.nodes, orderOf: node => plan.orderOf(node) }
  }
  const rewiring = new Rewiring(plan.nodes)
  const standsAfter = mergeRepartitions(plan.nodes, rewiring)
  const rewired = rewiring.nodes()
  const order = new Map(
    // A new node is written right after the one that it stands after, whose turn it takes.
    rewired.map(({ declared, node }) => [node, plan.orderOf(standsAfter.get(declared) ?? declared)]),
  )
  return { nodes: rewired.map(({ node }) => node), orderOf: node => order.get(node)! }
}

/** Refuses, with a `TypeError`, what is no choice. */
function chosenOf(choice: OptimizationChoice): ReadonlySet<Optimization> {
  if (typeof choice === 'boolean') return new Set(choice ? optimizations : [])
  for (const name of choice) {
    if (optimizations.includes(name)) continue
    throw new TypeError(`optimize: '${name}' is none of '${optimizations.join(`', '`)}'`)
  }
  return new Set(choice)
}
