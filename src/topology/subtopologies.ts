/**
 * Splits a topology into the parts that run as tasks of their own (semantics N8).
 *
 * Nodes belong together when one feeds the other or when they share a store; a topic between two nodes does not
 * join them, which is what a repartition is for. Parts are numbered in the order in which their first nodes were
 * added: the number is half of a task's id, so it must not depend on anything else.
 */
import type { SinkNode, SourceNode, StoreDefinition, TopologyNode } from './node.ts'

/** A part of a topology that one task runs for one partition. */
export interface Subtopology {
  readonly id: number
  /** In the order in which they were added: parents before children. */
  readonly nodes: readonly TopologyNode[]
  readonly sources: readonly SourceNode[]
  readonly sinks: readonly SinkNode[]
  /** Every topic that it reads, internal ones without the application id. */
  readonly sourceTopics: readonly string[]
  readonly stores: readonly StoreDefinition[]
}

/** The parts of a graph; every parent must come before its children in `nodes`. */
export function splitIntoSubtopologies(
  nodes: readonly TopologyNode[],
  stores: ReadonlyMap<string, StoreDefinition>,
): readonly Subtopology[] {
  const groups = new DisjointSets()
  const userOfStore = new Map<string, string>()
  for (const node of nodes) {
    groups.add(node.name)
    if (node.kind === 'source') continue
    for (const parent of node.parents) groups.unite(node.name, parent)
    if (node.kind === 'sink') continue
    for (const store of node.stores) {
      const user = userOfStore.get(store)
      if (user === undefined) userOfStore.set(store, node.name)
      else groups.unite(user, node.name)
    }
  }
  const nodesByRoot = new Map<string, TopologyNode[]>()
  for (const node of nodes) {
    const root = groups.root(node.name)
    const group = nodesByRoot.get(root)
    if (group === undefined) nodesByRoot.set(root, [node])
    else group.push(node)
  }
  return [...nodesByRoot.values()].map((group, id) => subtopologyOf(id, group, stores))
}

function subtopologyOf(
  id: number,
  nodes: readonly TopologyNode[],
  stores: ReadonlyMap<string, StoreDefinition>,
): Subtopology {
  const sources = nodes.filter(node => node.kind === 'source')
  const storeNames = new Set<string>()
  for (const node of nodes) {
    if (node.kind === 'processor') for (const store of node.stores) storeNames.add(store)
  }
  return Object.freeze({
    id,
    nodes,
    sources,
    sinks: nodes.filter(node => node.kind === 'sink'),
    sourceTopics: sources.flatMap(source => source.topics),
    stores: [...storeNames].map(name => stores.get(name)!),
  })
}

/** Union-find over names, with paths halved as they are walked. */
class DisjointSets {
  readonly #parents = new Map<string, string>()

  add(name: string): void {
    this.#parents.set(name, name)
  }

  root(name: string): string {
    let current = name
    for (;;) {
      const parent = this.#parents.get(current)!
      if (parent === current) return current
      const grandparent = this.#parents.get(parent)!
      this.#parents.set(current, grandparent)
      current = grandparent
    }
  }

  unite(left: string, right: string): void {
    this.#parents.set(this.root(right), this.root(left))
  }
}
