/**
 * The low-level builder of a topology: sources, processors, sinks and stores, put together by name.
 *
 * The DSL compiles into it, and it is public for graphs that the DSL cannot express. Every declaration is checked
 * when it is made and refused with a `StreamsError`: parents come before children, names are unique, a topic has
 * one source, a store is known before a processor uses it. So a graph that exists is acyclic and complete but for
 * stores without a user, which `subtopologies` refuses.
 */
import { misuse } from '../base/misuse.ts'
import { declaredAt } from '../base/declared-at.ts'
import { StreamsError } from '../base/errors.ts'
import type { Encoder } from '../serdes/serde.ts'
import { describeTopology } from './describe.ts'
import { descriptionOf, type TopologyDescription } from './description.ts'
import { validateName } from './names.ts'
import type {
  ProcessorNode,
  RepartitionTopic,
  SinkNode,
  SourceNode,
  StoreDefinition,
  TopologyNode,
} from './node.ts'
import type {
  CopartitionGroup,
  ProcessorOptions,
  ProcessorWrapper,
  SinkOptions,
  SourceOptions,
  StoreDeclaration,
  TopicStoreOptions,
  TopologyOptions,
} from './options.ts'
import { checkSerde, checkSupplier, definitionOf, invalid, placeOf } from './topology-checks.ts'
import { checkOffsetReset } from './offset-reset.ts'
import { SourceTopics, wholeNames } from './source-topics.ts'
import { splitIntoSubtopologies, type Subtopology } from './subtopologies.ts'

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
  /** The definitions as they were handed in, to know them again. */
  readonly #declarations = new Map<string, StoreDefinition>()
  readonly #repartitionTopics = new Map<string, RepartitionTopic>()
  readonly #copartitionGroups: CopartitionGroup[] = []
  readonly #sourceTopics = new SourceTopics()
  readonly #globalSources = new Set<string>()
  readonly #globalStores = new Set<string>()
  /** Stores that are made from a topic alone, with the one processor that writes them. */
  readonly #writerOf = new Map<string, string>()
  readonly #wrapProcessor: ProcessorWrapper | undefined
  #parts: readonly Subtopology[] | undefined

  constructor(options: TopologyOptions = {}) {
    this.#wrapProcessor = options.wrapProcessor
  }

  /** Adds a node that reads topics, by name or by pattern. A topic can have one source in a topology. */
  addSource(name: string, options: SourceOptions): this {
    const place = placeOf(options, `source '${name}'`)
    this.#checkNewNode(name, place)
    checkSerde(options.key?.deserialize, `source '${name}'`, 'key', place)
    checkSerde(options.value?.deserialize, `source '${name}'`, 'value', place)
    const { topics } = options
    if (!(topics instanceof RegExp) && !Array.isArray(topics))
      throw misuse(`source '${name}': topics must be a list of names or a pattern`, { where: place })
    checkOffsetReset(options.offsetReset)
    const pattern = topics instanceof RegExp ? wholeNames(topics) : undefined
    const named = topics instanceof RegExp ? [] : topics
    if (pattern === undefined) this.#sourceTopics.claim({ name, declaredAt: place }, named)
    else this.#sourceTopics.claimPattern({ name, declaredAt: place }, pattern)
    return this.#put({
      kind: 'source',
      name,
      topics: Object.freeze([...new Set(named)]),
      pattern,
      keySerde: options.key,
      valueSerde: options.value,
      timestamp: options.timestamp,
      offsetReset: options.offsetReset,
      declaredAt: place,
    } satisfies SourceNode)
  }

  /** Adds a node that processes what its parents forward. */
  addProcessor(name: string, options: ProcessorOptions): this {
    const place = placeOf(options, `processor '${name}'`)
    this.#checkNewNode(name, place)
    this.#checkParents(name, options.parents, place)
    checkSupplier(options.supplier, name, place)
    const stores = (options.stores ?? []).map(store => this.#declared(store))
    for (const store of stores) this.#checkStore(store, name, place)
    const supplier = this.#wrapProcessor?.(name, options.supplier) ?? options.supplier
    return this.#put({
      kind: 'processor',
      name,
      parents: Object.freeze([...options.parents]),
      supplier,
      ...this.#storesOf(name, stores),
      waitMsMax: options.waitMsMax,
      side: options.side,
      declaredAt: place,
    } satisfies ProcessorNode)
  }

  /** Adds a node that writes what its parents forward to a topic. */
  addSink(name: string, options: SinkOptions): this {
    const place = placeOf(options, `sink '${name}'`)
    this.#checkNewNode(name, place)
    this.#checkParents(name, options.parents, place)
    checkSerde(options.key?.serialize, `sink '${name}'`, 'key', place)
    checkSerde(options.value?.serialize, `sink '${name}'`, 'value', place)
    if (typeof options.topic !== 'object') validateName(options.topic, 'a topic', `sink '${name}', ${place}`)
    return this.#put({
      kind: 'sink',
      name,
      parents: Object.freeze([...options.parents]),
      topic: options.topic,
      keySerde: options.key as Encoder<unknown>,
      valueSerde: options.value as Encoder<unknown>,
      partitioner: options.partitioner,
      declaredAt: place,
    } satisfies SinkNode)
  }

  /**
   * Adds a store, or what `kvStore` and its like made, and connects it to processors that were added before; more may be
   * connected later. A processor can also name it in `stores`, if the store comes first.
   */
  addStateStore(store: StoreDeclaration, ...processors: readonly string[]): this {
    const definition = definitionOf(store)
    validateName(definition.name, 'a store', declaredAt())
    if (this.#stores.has(definition.name)) {
      throw new StreamsError('MR-1002', {
        what: `two stores are called '${definition.name}'`,
        where: declaredAt(),
        why: 'A store is found, and its changelog topic is named, by the name alone.',
        fix: 'give each store a name of its own',
      })
    }
    this.#stores.set(definition.name, Object.freeze({ ...definition }))
    this.#declarations.set(definition.name, definition)
    this.#parts = undefined
    for (const processor of processors) this.connectProcessorAndStateStores(processor, definition.name)
    return this
  }

  /**
   * Adds a store that every instance has whole, made from all partitions of a topic. Every processor may read it by its
   * name, without being connected to it; only its own writes it. What that forwards goes nowhere.
   */
  addGlobalStore(options: TopicStoreOptions): this {
    const { source, topic, key, value, timestamp, processor, supplier } = options
    const place = placeOf(options, `store of '${options.topic}'`)
    const store = definitionOf(options.store)
    this.addSource(source, { topics: [topic], key, value, timestamp, declaredAt: place })
    this.addStateStore({ ...store, changelog: false, cache: false })
    this.addProcessor(processor, { parents: [source], supplier, stores: [store.name], declaredAt: place })
    this.#globalSources.add(source)
    this.#globalStores.add(store.name)
    return this
  }

  /**
   * Adds a store of each task's own partition of a topic, which is the store's changelog at once (KIP-813): what is in the
   * topic is the store's data, so its processor must write each record as it comes. Others read the store once it is
   * connected to them; what they write is refused with MR-1601.
   */
  addReadOnlyStateStore(options: TopicStoreOptions): this {
    const { source, topic, key, value, timestamp, processor, supplier } = options
    const place = placeOf(options, `store of '${options.topic}'`)
    const store = definitionOf(options.store)
    this.addSource(source, {
      topics: [topic],
      key,
      value,
      timestamp,
      declaredAt: place,
      offsetReset: 'earliest',
    })
    this.addStateStore({ ...store, changelog: false, changelogTopic: topic, cache: false })
    this.#writerOf.set(store.name, processor)
    return this.addProcessor(processor, {
      parents: [source],
      supplier,
      stores: [store.name],
      declaredAt: place,
    })
  }

  /** Lets a processor use stores; processors that share a store run in one task. */
  connectProcessorAndStateStores(processor: string, ...stores: readonly string[]): this {
    const node = this.#nodes.get(processor)
    if (node?.kind !== 'processor') {
      throw invalid(
        `stores cannot be connected to '${processor}'`,
        'name a processor that was added before',
        declaredAt(),
      )
    }
    for (const store of stores) this.#checkStore(store, processor, declaredAt())
    return this.#put({ ...node, ...this.#storesOf(processor, [...node.stores, ...stores]) })
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

  /** The topology as data: its parts with their nodes and stores, in the order in which Kafka prints them. */
  description(): TopologyDescription {
    return descriptionOf(this.#allParts(), part => this.#isGlobal(part))
  }

  /** The topology in the text format of Kafka Streams, byte for byte. */
  describe(): string {
    return describeTopology(this.description())
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

  /** The name of a store that a processor brings along, which is added with the first that does. */
  #declared(store: string | StoreDeclaration): string {
    if (typeof store === 'string') return store
    const definition = definitionOf(store)
    if (this.#declarations.get(definition.name) !== definition) this.addStateStore(store)
    return definition.name
  }

  /** The stores of a processor, and those of them that it may only read. */
  #storesOf(processor: string, stores: readonly string[]): Pick<ProcessorNode, 'stores' | 'readOnlyStores'> {
    const all = Object.freeze([...new Set(stores)])
    const readOnly = all.filter(store => (this.#writerOf.get(store) ?? processor) !== processor)
    return { stores: all, ...(readOnly.length > 0 && { readOnlyStores: Object.freeze(readOnly) }) }
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

  #checkParents(name: string, parents: readonly string[], place: string | undefined): void {
    if (!Array.isArray(parents) || parents.length === 0)
      throw invalid(`'${name}' has no parents`, 'name the nodes that it receives from', place)
    for (const parent of parents) {
      const node = this.#nodes.get(parent)
      if (node === undefined)
        throw invalid(
          `'${name}' names the parent '${parent}', which was not added before`,
          'add the parent first',
          place,
        )
      if (node.kind === 'sink')
        throw invalid(
          `'${name}' names the sink '${parent}' as its parent; a sink has no children`,
          'name the parent of the sink',
          place,
        )
    }
    if (new Set(parents).size !== parents.length)
      throw invalid(`'${name}' names a parent twice`, 'name it once', place)
  }

  #checkStore(store: string, processor: string, place: string | undefined): void {
    if (this.#globalStores.has(store))
      throw invalid(
        `'${processor}' is connected to the global store '${store}', which it may read without`,
        'leave the store out',
        place,
      )
    if (this.#stores.has(store)) return
    throw invalid(
      `'${processor}' uses the store '${store}', which was not added before`,
      'call addStateStore first',
      place,
    )
  }

  #checkComplete(): void {
    if (this.#sourceTopics.isEmpty) {
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
