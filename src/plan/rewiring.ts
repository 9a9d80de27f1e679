/**
 * A plan whose nodes are being connected anew: what optimisations work on, so that nodes themselves stay frozen.
 *
 * Only the parents of nodes are held; at the end the nodes below a change are made again, with their new parents.
 * The order of parents matters: it is the order in which Kafka's optimiser looks upwards. Connecting appends.
 */
import { assert } from '../base/assert.ts'
import { parentsOf } from './node-relations.ts'
import type { CogroupFoldNode, NodeWithLateRecords, PlanNode, StreamNode, TableNode } from './node.ts'

/** A node as it was declared, and as it is after the change; the same object where nothing above it has changed. */
export interface RewiredNode {
  readonly declared: PlanNode
  readonly node: PlanNode
}

export class Rewiring {
  readonly #parents = new Map<PlanNode, Set<PlanNode>>()

  /** Begins with the connections that were declared. */
  constructor(nodes: readonly PlanNode[]) {
    for (const node of nodes) this.#parents.set(node, new Set(parentsOf(node)))
  }

  parentsOf(node: PlanNode): ReadonlySet<PlanNode> {
    return this.#parents.get(node)!
  }

  /** Adds a node without parents. */
  add(node: PlanNode): void {
    this.#parents.set(node, new Set())
  }

  connect(parent: PlanNode, child: PlanNode): void {
    this.#parents.get(child)!.add(parent)
  }

  disconnect(parent: PlanNode, child: PlanNode): void {
    this.#parents.get(child)!.delete(parent)
  }

  /** Takes a node out: what was below it is below its parents instead. */
  splice(node: PlanNode): void {
    const above = this.parentsOf(node)
    this.#parents.delete(node)
    for (const parents of this.#parents.values()) {
      if (!parents.has(node)) continue
      for (const parent of above) parents.add(parent)
      parents.delete(node)
    }
  }

  /**
   * A node, at `node` or above it, that `matches`: of the parents the first that does or leads to one, in Kafka's order,
   * on which its results hang.
   */
  nearestAbove(node: PlanNode, matches: (node: PlanNode) => boolean): PlanNode | undefined {
    if (matches(node)) return node
    for (const parent of this.parentsOf(node)) {
      const found = this.nearestAbove(parent, matches)
      if (found !== undefined) return found
    }
    return undefined
  }

  /** Every node that is left, those that were added last. */
  nodes(): readonly RewiredNode[] {
    const made = new Map<PlanNode, PlanNode>()
    const make = (declared: PlanNode): PlanNode => {
      let node = made.get(declared)
      if (node === undefined) {
        node = this.#withParents(declared, make)
        made.set(declared, node)
      }
      return node
    }
    return [...this.#parents.keys()].map(declared => ({ declared, node: make(declared) }))
  }

  #withParents(node: PlanNode, make: (node: PlanNode) => PlanNode): PlanNode {
    const parents = [...this.parentsOf(node)].map(make)
    const looksUp = node.kind === 'stream-table-join' || node.kind === 'foreign-key-subscription'
    const table = looksUp ? make(node.table) : undefined
    const declared = parentsOf(node)
    const same = declared.length === parents.length && declared.every((parent, at) => parent === parents[at])
    if (same && (!looksUp || table === node.table)) return node
    switch (node.kind) {
      case 'stream-source':
      case 'table-source':
      case 'global-table':
        return node
      case 'merge':
      case 'stream-stream-join':
        return Object.freeze({ ...node, parents: Object.freeze(parents as StreamNode[]) })
      case 'table-join': {
        const [left, right] = node.parents
        // Made from the declared ones: both may be one table, of which the set of parents has but one.
        const both = Object.freeze([make(left) as TableNode, make(right) as TableNode] as const)
        return both[0] === left && both[1] === right ? node : Object.freeze({ ...node, parents: both })
      }
      case 'foreign-key-join': {
        const [subscription, change] = parents as [(typeof node.parents)[0], (typeof node.parents)[1]]
        return Object.freeze({ ...node, parents: Object.freeze([subscription, change] as const) })
      }
      case 'cogroup':
        return Object.freeze({ ...node, parents: Object.freeze(parents as CogroupFoldNode[]) })
      case 'late-records':
        return Object.freeze({ ...node, parents: Object.freeze(parents as NodeWithLateRecords[]) })
      default: {
        const [parent] = parents
        assert(parents.length === 1, `'${node.name}' has ${parents.length} parents after an optimisation`)
        // A node's new parent is of the kind that its old one was: a stream, a table or a splitter.
        const rewired = { ...node, parent, ...(table === undefined ? {} : { table: table as TableNode }) }
        return Object.freeze(rewired as PlanNode)
      }
    }
  }
}
