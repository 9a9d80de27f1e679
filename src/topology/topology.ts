/**
 * The low-level builder of a topology: sources, processors, sinks and stores, put together by name.
 *
 * The DSL compiles into it, and it is public for graphs that the DSL cannot express. Every declaration is checked
 * when it is made and refused with a `StreamsError`: parents come before children, names are unique, a topic has
 * one source, a store is known before a processor uses it. So a graph that exists is acyclic and complete but for
 * stores without a user, which `subtopologies` refuses.
 */
import { StreamsError } from '../base/errors.ts'
import type { ProcessorSupplier } from '../processor/processor.ts'
import type { Decoder, Encoder } from '../serdes/serde.ts'
import { describeTopology } from './describe.ts'
import { validateName } from './names.ts'
import type {
  ProcessorNode,
  RepartitionTopic,
  SinkNode,
  SourceNode,
  StoreDefinition,
  StreamPartitioner,
  TimestampExtractor,
  TopicNameExtractor,
  TopologyNode,
} from './node.ts'
import { splitIntoSubtopologies, type Subtopology } from './subtopologies.ts'

/** What `addSource` takes beside the name. */
export interface SourceOptions {
  /** One or more topics, read alike. */
  readonly topics: readonly string[]
  readonly key: Decoder<unknown>
  readonly value: Decoder<unknown>
  /** Default: the timestamp of the record itself. */
  readonly timestamp?: TimestampExtractor | undefined
  /** Where to begin when the group has no committed offset. Default: what the application is configured with. */
  readonly offsetReset?: 'earliest' | 'latest' | 'none' | undefined
  /** The line of the application that declared it, for messages. */
  readonly declaredAt?: string | undefined
}

/** What `addProcessor` takes beside the name. */
export interface ProcessorOptions {
  /** Names of the nodes it receives from; at least one. */
  readonly parents: readonly string[]
  /** Called once for each task: it must make a new processor each time (semantics A2). */
  readonly supplier: ProcessorSupplier
  /** Names of the stores that it uses, added before. */
  readonly stores?: readonly string[]
  /** How long a record may be under way in it at most, milliseconds, where it is asynchronous. Default 0. */
  readonly waitMsMax?: number | undefined
  /** The line of the application that declared it, for messages. */
  readonly declaredAt?: string | undefined
}

/** What `addSink` takes beside the name. */
export interface SinkOptions {
  readonly parents: readonly string[]
  readonly topic: string | TopicNameExtractor
  readonly key: Encoder<never>
  readonly value: Encoder<never>
  /** Default: Kafka's own, murmur2 of the key's bytes. */
  readonly partitioner?: StreamPartitioner | undefined
  readonly declaredAt?: string | undefined
}

/** What `addGlobalStore` takes. */
export interface GlobalStoreOptions extends Pick<
  SourceOptions,
  'key' | 'value' | 'timestamp' | 'declaredAt'
> {
  /** The name of the node that reads the topic. */
  readonly source: string
  /** Every instance reads all of its partitions. */
  readonly topic: string
  /** The name of the node that writes the store. */
  readonly processor: string
  /** Called once for each partition of the topic. What its processors forward goes nowhere. */
  readonly supplier: ProcessorSupplier
  /** Has no changelog: the topic is what it is made from again. */
  readonly store: StoreDefinition
}

/** Sources whose topics must have equal partition counts, because records of equal keys meet (semantics O1, O2). */
export interface CopartitionGroup {
  readonly sources: readonly string[]
  /** The operator that makes them meet, and where it was declared. */
  readonly operator: string
  readonly declaredAt?: string | undefined
}

/**
 * A graph of sources, processors and sinks, with the stores they use.
 *
 * Methods return the topology itself, so calls can be chained. Each throws a `StreamsError`: MR-1001 for a graph
 * that cannot run, MR-1002 for a name that is taken, MR-1005 for a name that Kafka does not allow.
 *
 * @example
 * ```ts
 * import { StreamRecord, string, Topology } from 'millrace'
 *
 * const topology = new Topology()
 *   .addSource('lines', { topics: ['lines'], key: string(), value: string() })
 *   .addProcessor('shout', {
 *     parents: ['lines'],
 *     supplier: () => {
 *       let forward: (record: StreamRecord<string, string>) => void
 *       return {
 *         init: context => void (forward = record => context.forward(record)),
 *         process: (record: StreamRecord<string, string>) => forward(record.withValue(record.value.toUpperCase())),
 *       }
 *     },
 *   })
 *   .addSink('out', { parents: ['shout'], topic: 'loud-lines', key: string(), value: string() })
 *
 * console.log(topology.describe())
 * ```
 */
export class Topology {
  readonly #nodes = new Map<string, TopologyNode>()
  readonly #stores = new Map<string, StoreDefinition>()
  readonly #repartitionTopics = new Map<string, RepartitionTopic>()
  readonly #copartitionGroups: CopartitionGroup[] = []
  readonly #sourceOfTopic = new Map<string, string>()
  readonly #globalSources = new Set<string>()
  readonly #globalStores = new Set<string>()
  #parts: readonly Subtopology[] | undefined

  /** Adds a node that reads topics. A topic can have one source in a topology. */
  addSource(name: string, options: SourceOptions): this {
    this.#checkNewNode(name, options.declaredAt)
    if (options.topics.length === 0)
      throw invalid(`source '${name}' has no topics`, 'name at least one topic')
    for (const topic of options.topics) {
      validateName(topic, 'a topic', `source '${name}'`)
      const other = this.#sourceOfTopic.get(topic)
      if (other !== undefined) {
        throw invalid(
          `topic '${topic}' is read by source '${other}' and by source '${name}'`,
          'read the topic once and use that stream or table in both places',
          options.declaredAt,
        )
      }
    }
    for (const topic of options.topics) this.#sourceOfTopic.set(topic, name)
    return this.#put({
      kind: 'source',
      name,
      topics: Object.freeze([...new Set(options.topics)]),
      keySerde: options.key,
      valueSerde: options.value,
      timestamp: options.timestamp,
      offsetReset: options.offsetReset,
    } satisfies SourceNode)
  }

  /** Adds a node that processes what its parents forward. */
  addProcessor(name: string, options: ProcessorOptions): this {
    this.#checkNewNode(name, options.declaredAt)
    this.#checkParents(name, options.parents)
    const stores = options.stores ?? []
    for (const store of stores) this.#checkStore(store, name)
    return this.#put({
      kind: 'processor',
      name,
      parents: Object.freeze([...options.parents]),
      supplier: options.supplier,
      stores: Object.freeze([...new Set(stores)]),
      waitMsMax: options.waitMsMax,
      declaredAt: options.declaredAt,
    } satisfies ProcessorNode)
  }

  /** Adds a node that writes what its parents forward to a topic. */
  addSink(name: string, options: SinkOptions): this {
    this.#checkNewNode(name, options.declaredAt)
    this.#checkParents(name, options.parents)
    if (typeof options.topic === 'string') validateName(options.topic, 'a topic', `sink '${name}'`)
    return this.#put({
      kind: 'sink',
      name,
      parents: Object.freeze([...options.parents]),
      topic: options.topic,
      keySerde: options.key as Encoder<unknown>,
      valueSerde: options.value as Encoder<unknown>,
      partitioner: options.partitioner,
      declaredAt: options.declaredAt,
    } satisfies SinkNode)
  }

  /** Adds a store and connects it to processors that were added before; more may be connected later. */
  addStateStore(definition: StoreDefinition, ...processors: readonly string[]): this {
    validateName(definition.name, 'a store')
    if (this.#stores.has(definition.name)) {
      throw new StreamsError('MR-1002', {
        what: `two stores are called '${definition.name}'`,
        why: 'A store is found, and its changelog topic is named, by the name alone.',
        fix: 'give each store a name of its own',
      })
    }
    this.#stores.set(definition.name, Object.freeze({ ...definition }))
    this.#parts = undefined
    for (const processor of processors) this.connectStores(processor, definition.name)
    return this
  }

  /**
   * Adds a store that every instance has whole, made from all partitions of a topic. Every processor may read it by its
   * name, without being connected to it; only its own writes it.
   */
  addGlobalStore(options: GlobalStoreOptions): this {
    const { source, topic, key, value, timestamp, processor, supplier, store, declaredAt } = options
    this.addSource(source, { topics: [topic], key, value, timestamp, declaredAt })
    this.addStateStore({ ...store, changelog: false, cache: false })
    this.addProcessor(processor, { parents: [source], supplier, stores: [store.name], declaredAt })
    this.#globalSources.add(source)
    this.#globalStores.add(store.name)
    return this
  }

  /** Lets a processor use stores; processors that share a store run in one task. */
  connectStores(processor: string, ...stores: readonly string[]): this {
    const node = this.#nodes.get(processor)
    if (node?.kind !== 'processor') {
      throw invalid(`stores cannot be connected to '${processor}'`, 'name a processor that was added before')
    }
    for (const store of stores) this.#checkStore(store, processor)
    return this.#put({ ...node, stores: Object.freeze([...new Set([...node.stores, ...stores])]) })
  }

  /** Declares a topic, named without the application id, as the application's own: written and read by this topology. */
  addRepartitionTopic(topic: RepartitionTopic): this {
    validateName(topic.name, 'a repartition topic')
    const existing = this.#repartitionTopics.get(topic.name)
    if (existing !== undefined && existing.partitions !== topic.partitions) {
      throw invalid(`repartition topic '${topic.name}' is declared with different partition counts`)
    }
    this.#repartitionTopics.set(topic.name, Object.freeze({ ...topic }))
    return this
  }

  /** Demands that the topics of several sources have equally many partitions. */
  copartition(group: CopartitionGroup): this {
    for (const source of group.sources) {
      if (this.#nodes.get(source)?.kind !== 'source') {
        throw invalid(`'${source}' is not a source, so it cannot be copartitioned`)
      }
    }
    this.#copartitionGroups.push(Object.freeze({ ...group }))
    return this
  }

  /** Every node by name, in the order in which it was added: parents before children. */
  get nodes(): ReadonlyMap<string, TopologyNode> {
    return this.#nodes
  }

  get stores(): ReadonlyMap<string, StoreDefinition> {
    return this.#stores
  }

  /** By name without the application id. */
  get repartitionTopics(): ReadonlyMap<string, RepartitionTopic> {
    return this.#repartitionTopics
  }

  get copartitionGroups(): readonly CopartitionGroup[] {
    return this.#copartitionGroups
  }

  /** The parts that run as tasks, in the order of their ids: 0, 1, 2 and so on, without those of global stores. */
  subtopologies(): readonly Subtopology[] {
    return this.#allParts().filter(part => !this.#isGlobal(part))
  }

  /** The parts that every instance runs for itself, to keep global stores: numbered among the others, without tasks. */
  globalParts(): readonly Subtopology[] {
    return this.#allParts().filter(part => this.#isGlobal(part))
  }

  /** The topology in the text format of Kafka Streams, byte for byte. */
  describe(): string {
    return describeTopology(this.#allParts(), part => this.#isGlobal(part))
  }

  #allParts(): readonly Subtopology[] {
    if (this.#parts === undefined) {
      this.#checkComplete()
      this.#parts = splitIntoSubtopologies([...this.#nodes.values()], this.#stores)
    }
    return this.#parts
  }

  #isGlobal({ sources }: Subtopology): boolean {
    return sources.some(({ name }) => this.#globalSources.has(name))
  }

  #put(node: TopologyNode): this {
    this.#nodes.set(node.name, Object.freeze(node))
    this.#parts = undefined
    return this
  }

  #checkNewNode(name: string, where: string | undefined): void {
    validateName(name, 'a node', where)
    if (!this.#nodes.has(name)) return
    throw new StreamsError('MR-1002', {
      what: `two nodes are called '${name}'`,
      where,
      why: 'Nodes are connected, and their metrics are labelled, by name.',
      fix: 'give each operator a name of its own, or none at all',
    })
  }

  #checkParents(name: string, parents: readonly string[]): void {
    if (parents.length === 0)
      throw invalid(`'${name}' has no parents`, 'name the nodes that it receives from')
    for (const parent of parents) {
      const node = this.#nodes.get(parent)
      if (node === undefined)
        throw invalid(`'${name}' names the parent '${parent}', which was not added before`)
      if (node.kind === 'sink')
        throw invalid(`'${name}' names the sink '${parent}' as its parent; a sink has no children`)
    }
    if (new Set(parents).size !== parents.length) throw invalid(`'${name}' names a parent twice`)
  }

  #checkStore(store: string, processor: string): void {
    if (this.#globalStores.has(store))
      throw invalid(`'${processor}' is connected to the global store '${store}', which it may read without`)
    if (this.#stores.has(store)) return
    throw invalid(
      `'${processor}' uses the store '${store}', which was not added before`,
      'call addStateStore first',
    )
  }

  #checkComplete(): void {
    if (this.#sourceOfTopic.size === 0) {
      throw invalid('the topology has no source', 'read at least one topic with stream() or table()')
    }
    const used = new Set<string>()
    for (const node of this.#nodes.values()) {
      if (node.kind === 'processor') for (const store of node.stores) used.add(store)
    }
    for (const store of this.#stores.keys()) {
      if (!used.has(store))
        throw invalid(`no processor uses the store '${store}'`, 'connect it, or leave it out')
    }
  }
}

function invalid(what: string, fix?: string, where?: string): StreamsError {
  return new StreamsError('MR-1001', { what, where, fix })
}
