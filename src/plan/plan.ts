/**
 * The record of what was declared on a builder: the logical nodes in their order, and the counter behind names.
 *
 * A plan grows while the application's `build` runs and is sealed when it is compiled. `order` is Kafka's build
 * priority: the physical nodes are added by it, which decides the ids of sub-topologies and which of two children is
 * first. A repartition node that serves a second operator moves to the end, as it does in Kafka.
 */
import { StreamsError } from '../base/errors.ts'
import { numberedName, numberedStoreName, validateName } from '../topology/names.ts'
import type { StoreBackend } from '../state/store-supplier.ts'
import type { StoreDefinition } from '../topology/node.ts'
import { checkNode } from './check-node.ts'
import { declaredAt } from '../base/declared-at.ts'
import { parentsOf, storeOf } from './node-relations.ts'
import type { PlanNode } from './node.ts'

/** A topic that the application reads or writes and does not own, as it was declared. */
export interface DeclaredTopic {
  readonly name: string
  /** How many partitions it is to have when it is created for a test, or by the embedded broker. */
  readonly partitions?: number | undefined
  readonly config?: Readonly<Record<string, string>> | undefined
}

export class Plan {
  /** Where stores are kept that do not say it. */
  readonly backend: StoreBackend
  readonly #nodes: PlanNode[] = []
  readonly #order = new Map<PlanNode, number>()
  readonly #topics = new Map<string, DeclaredTopic>()
  readonly #nodeNames = new Set<string>()
  readonly #storeNames = new Set<string>()
  readonly #stores = new Map<string, { readonly handle: object; readonly definition: StoreDefinition }>()
  #orderNext = 0
  #nameNext = 0
  #sealed = false

  constructor(backend: StoreBackend = 'persistent') {
    this.backend = backend
  }

  /** Takes an index for a processor; the name is the given one if there is one. */
  processorName(prefix: string, given?: string, suffix = ''): string {
    const generated = numberedName(prefix, this.#nameNext++)
    if (given === undefined) return generated
    validateName(given, 'an operator', declaredAt())
    const name = given + suffix
    if (suffix !== '') validateName(name, 'an operator', declaredAt())
    return name
  }

  /** Takes an index for a store and names it after the prefix. */
  storeName(prefix: string): string {
    return numberedStoreName(prefix, this.#nameNext++)
  }

  /** Adds a node; its parents must have been added to this plan before. */
  add<N extends PlanNode>(node: N): N {
    this.#checkOpen(node)
    for (const parent of parentsOf(node)) this.checkOwn(parent, node.declaredAt)
    checkNode(node)
    this.#claimNames(node)
    Object.freeze(node)
    this.#nodes.push(node)
    this.#order.set(node, this.#orderNext++)
    return node
  }

  /** Moves a node to the end of the order. */
  touch(node: PlanNode): void {
    this.#order.set(node, this.#orderNext++)
  }

  /** Refuses a node of another builder with MR-1008. */
  checkOwn(node: PlanNode, place: string | undefined): void {
    if (this.#order.has(node)) return
    throw new StreamsError('MR-1008', {
      what: `'${node.name}' belongs to another builder`,
      where: place,
      why: 'Operators of two applications share no topology; a topic is the way from one to the other.',
      fix: 'read the topic with this builder, and combine that',
    })
  }

  /** Notes a topic of others; two declarations of one name must agree, or MR-1006 is thrown. */
  declareTopic(topic: DeclaredTopic): void {
    const known = this.#topics.get(topic.name)
    const partitions = known?.partitions ?? topic.partitions
    if (topic.partitions !== undefined && topic.partitions !== partitions) {
      throw new StreamsError('MR-1006', {
        what: `topic '${topic.name}' is declared with ${partitions} and with ${topic.partitions} partitions`,
        where: declaredAt(),
        fix: 'declare the topic once with topic() and use that object everywhere',
      })
    }
    this.#topics.set(topic.name, {
      name: topic.name,
      partitions,
      config: { ...known?.config, ...topic.config },
    })
  }

  /** Adds a store that processors use, once for each handle; MR-1002 for another store of the name. */
  declareStore(handle: object, definition: StoreDefinition): void {
    const { name } = definition
    if (this.#stores.get(name)?.handle === handle) return
    if (this.#storeNames.has(name)) throw duplicate('stores', name, declaredAt())
    this.#storeNames.add(name)
    this.#stores.set(name, { handle, definition })
  }

  /** The stores that processors use. */
  get stores(): ReadonlyMap<string, StoreDefinition> {
    return new Map([...this.#stores].map(([name, { definition }]) => [name, definition]))
  }

  /** Ends the declarations: whatever is declared later is refused with MR-1008. */
  seal(): void {
    this.#sealed = true
  }

  get nodes(): readonly PlanNode[] {
    return this.#nodes
  }

  get topics(): readonly DeclaredTopic[] {
    return [...this.#topics.values()]
  }

  orderOf(node: PlanNode): number {
    return this.#order.get(node)!
  }

  /** Refuses, with MR-1002 and at the line that says it, a name that another node or store has. */
  #claimNames(node: PlanNode): void {
    // Streams of one topic become one source, and repartitions of one group, each for another cogroup, may be merged,
    // so that their names may well be the same; the topology checks them.
    if (node.kind !== 'stream-source' && !(node.kind === 'repartition' && !node.forced)) {
      if (this.#nodeNames.has(node.name)) throw duplicate('operators', node.name, node.declaredAt)
      this.#nodeNames.add(node.name)
    }
    const store = storeOf(node)
    if (store === undefined) return
    if (this.#storeNames.has(store.name)) throw duplicate('stores', store.name, node.declaredAt)
    this.#storeNames.add(store.name)
  }

  #checkOpen(node: PlanNode): void {
    if (!this.#sealed) return
    throw new StreamsError('MR-1008', {
      what: `'${node.name}' was declared after the topology had been built`,
      where: node.declaredAt,
      why: 'A topology does not change once it is built; streams and tables are only of use while build runs.',
      fix: 'declare every operator inside build(b), and synchronously',
    })
  }
}

function duplicate(what: string, name: string, where: string | undefined): StreamsError {
  return new StreamsError('MR-1002', {
    what: `two ${what} are called '${name}'`,
    where,
    why: 'Nodes are connected, and stores and their changelog topics found, by name.',
    fix: 'give each a name of its own',
  })
}
