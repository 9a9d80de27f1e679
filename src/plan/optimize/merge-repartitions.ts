/**
 * `merge.repartition.topics`: one repartition topic after a change of keys, for all operators that need one.
 *
 *     before   selectKey ─┬─ filter ─ repartition(a) ─ count         after   selectKey ─ repartition(a) ─┬─ filter ─ count
 *                         └─ repartition(b) ─ reduce                                                     └─ reduce
 *
 * The one topic has the name of the first. Repartitions below an operator that changes values stay where they are,
 * because what is below the key change is not what they write; so do those that were asked for by `repartition`
 * (semantics O7, D17). Below a merge of streams whose keys were changed, the one topic comes after the merge.
 *
 * Which key change a repartition belongs to, and in what order, follows Kafka's InternalStreamsBuilder step by step:
 * names and processing order come from it. Kafka's optimiser fails where two repartitions have an operator in common
 * between them and the key change; here the second is left out as well if all its records come through the one topic,
 * and stays where it is if not.
 */
import { repartitionTopicName } from '../../topology/names.ts'
import type { PlanNode, RepartitionNode } from '../node.ts'
import type { Rewiring } from '../rewiring.ts'

/** A key change (or a merge of several), and the repartitions that one topic after it can stand for. */
type Groups = Map<PlanNode, Set<RepartitionNode>>

/** Rewires the plan; answers each new repartition and the node after which it stands. */
export function mergeRepartitions(
  nodes: readonly PlanNode[],
  rewiring: Rewiring,
): ReadonlyMap<PlanNode, PlanNode> {
  const groups = groupByKeyChange(nodes, rewiring)
  groupBelowMerges(nodes, rewiring, groups)
  const added = new Map<PlanNode, PlanNode>()
  for (const [keyChange, repartitions] of groups) {
    const [first] = repartitions
    if (first !== undefined) added.set(replace(keyChange, repartitions, first, rewiring), keyChange)
  }
  return added
}

/** Each key change with the repartitions that are nearest below it with no change of values between. */
function groupByKeyChange(nodes: readonly PlanNode[], rewiring: Rewiring): Groups {
  const groups: Groups = new Map()
  for (const node of nodes) {
    if (changesKeys(node)) groups.set(node, new Set())
    if (node.kind !== 'repartition' || node.forced) continue
    const keyChange = rewiring.nearestAbove(node, changesKeys)
    const change = rewiring.nearestAbove(node, above => changesKeys(above) || changesValues(above))
    if (keyChange !== undefined && keyChange === change) groups.get(keyChange)!.add(node)
  }
  return groups
}

/** Where all repartitions of a key change are below a merge, they are the merge's: other changed keys meet there too. */
function groupBelowMerges(nodes: readonly PlanNode[], rewiring: Rewiring, groups: Groups): void {
  const isBelow = (node: PlanNode, above: PlanNode): boolean =>
    childAbove(node, above, rewiring) !== undefined
  const keyChangesOf = new Map<PlanNode, readonly PlanNode[]>()
  for (const merge of nodes) {
    if (merge.kind !== 'merge') continue
    const keyChanges = [...groups].filter(
      ([keyChange, repartitions]) =>
        [...repartitions].every(node => isBelow(node, merge)) && isBelow(merge, keyChange),
    )
    keyChangesOf.set(
      merge,
      keyChanges.map(([keyChange]) => keyChange),
    )
  }
  for (const [merge, keyChanges] of keyChangesOf) {
    groups.set(merge, new Set(keyChanges.flatMap(keyChange => [...groups.get(keyChange)!])))
  }
  for (const keyChange of [...keyChangesOf.values()].flat()) groups.delete(keyChange)
}

/** Puts one repartition after `keyChange` and takes those it stands for out. */
function replace(
  keyChange: PlanNode,
  repartitions: ReadonlySet<RepartitionNode>,
  first: RepartitionNode,
  rewiring: Rewiring,
): RepartitionNode {
  const topic = repartitionTopicName(first.topic)
  const one: RepartitionNode = Object.freeze({
    ...first,
    filterName: `${topic}-filter`,
    sinkName: `${topic}-sink`,
    name: `${topic}-source`,
  })
  rewiring.add(one)
  for (const repartition of repartitions) {
    const child = childAbove(repartition, keyChange, rewiring)
    if (child !== undefined) {
      rewiring.connect(one, child)
      rewiring.disconnect(keyChange, child)
    }
    if (child !== undefined || isOnlyBelow(repartition, one, rewiring)) rewiring.splice(repartition)
  }
  rewiring.connect(keyChange, one)
  return one
}

/** The node, at `node` or above it, that is right below `above`. */
function childAbove(node: PlanNode, above: PlanNode, rewiring: Rewiring): PlanNode | undefined {
  return rewiring.nearestAbove(node, each => rewiring.parentsOf(each).has(above))
}

/** Whether there is no way to `node` but through `above`. */
function isOnlyBelow(node: PlanNode, above: PlanNode, rewiring: Rewiring): boolean {
  const parents = [...rewiring.parentsOf(node)]
  return parents.length > 0 && parents.every(each => each === above || isOnlyBelow(each, above, rewiring))
}

function changesKeys({ kind }: PlanNode): boolean {
  return kind === 'select-key' || kind === 'map' || kind === 'flat-map'
}

function changesValues({ kind }: PlanNode): boolean {
  return kind === 'map-values' || kind === 'flat-map-values'
}
