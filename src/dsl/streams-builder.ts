/** `StreamsBuilder`: where an application reads its topics, as streams or as tables. */
import { misuse } from '../base/misuse.ts'
import { StreamsError } from '../base/errors.ts'
import { compile, type CompileOptions } from '../plan/compile.ts'
import { declaredAt } from '../base/declared-at.ts'
import { Plan, type DeclaredTopic } from '../plan/plan.ts'
import type { Serde } from '../serdes/serde.ts'
import type { StoreBackend } from '../state/store-supplier.ts'
import type { TimestampExtractor } from '../topology/node.ts'
import { checkOffsetReset } from '../topology/offset-reset.ts'
import type { Topology } from '../topology/topology.ts'
import { atLine, checkOptions, checkTopic } from './argument-checks.ts'
import type { AnyStream, AnyTable, Dsl } from './handle.ts'
import { planGlobalStore, planGlobalTable } from './global-plan.ts'
import type { GlobalKTable, GlobalStoreDefinition } from './global-table.ts'
import { checkHandle, declareStore } from './named-store.ts'
import type { GlobalTableOptions, NamedOptions, SourceOptions, StoreOptions } from './options.ts'
import type { DeclaredStore } from './store-handle.ts'
import { planStore, storeOptions } from './store-plan.ts'
import { Stream } from './stream.ts'
import type { RowStoreOptions } from './ttl-options.ts'
import type { KStream } from './kstream.ts'
import type { KTable } from './ktable.ts'
import { Table } from './table.ts'
import type { Topic, TopicPattern } from './topic.ts'

/**
 * Collects the declarations of one topology.
 *
 * `defineApp` makes one and hands it to `build`; making one oneself is for inspecting a topology without an
 * application. After `build()` nothing can be added (MR-1008).
 *
 * @example
 * ```ts
 * import { string, StreamsBuilder, topic } from 'millrace'
 *
 * const lines = topic('lines', { key: string(), value: string() })
 * const builder = new StreamsBuilder()
 * builder.stream(lines).filter(line => line !== '').to(topic('full-lines', { key: string(), value: string() }))
 * console.log(builder.build().describe())
 * ```
 */
export class StreamsBuilder {
  readonly #plan: Plan
  readonly #dsl: Dsl
  #topology: Topology | undefined

  /** `backend`: where stores are kept that do not say it. Default `persistent`. */
  constructor({ backend }: { readonly backend?: StoreBackend } = {}) {
    const plan = (this.#plan = new Plan(backend))
    const dsl: Dsl = {
      plan,
      stream: state => new Stream(dsl, state) as unknown as AnyStream,
      table: state => new Table(dsl, state) as unknown as AnyTable,
    }
    this.#dsl = dsl
  }

  /**
   * Reads one topic, several of the same types and serdes, or all that a `pattern` matches, as a stream of records.
   *
   * Reading a topic twice gives the same records to both streams; it is read once. Topics of different serdes are
   * read as streams of their own and merged; together they are refused with MR-1006, as is a topic that is read with
   * different serdes, or as a stream and as a table (MR-1001).
   */
  stream<K, V>(
    topics: Topic<K, V> | readonly Topic<K, V>[] | TopicPattern<K, V>,
    options: SourceOptions<K, V> = {},
  ): KStream<K, V> {
    const isList = Array.isArray(topics)
    if (!isList) checkTopic(topics, 'stream')
    checkOptions(options, 'stream')
    const matching = 'pattern' in topics ? topics : undefined
    const list: readonly Topic<K, V>[] = 'pattern' in topics ? [] : 'name' in topics ? [topics] : topics
    const first = matching ?? list[0]
    if (first === undefined) throw misuse('stream: expected at least one topic')
    atLine('stream', () => checkOffsetReset(options.offsetReset))
    for (const topic of list) {
      checkTopic(topic, 'stream')
      this.#plan.declareTopic(topic)
      if (topic.key !== first.key || topic.value !== first.value) throw differentSerdes(list[0]!, topic)
    }
    const keySerde = first.key as Serde<unknown>
    const valueSerde = first.value as Serde<unknown>
    const node = this.#plan.add({
      kind: 'stream-source',
      name: this.#plan.processorName('KSTREAM-SOURCE-', options.name),
      declaredAt: declaredAt(),
      topics: Object.freeze([...new Set(list.map(({ name }) => name))]),
      pattern: matching?.pattern,
      keySerde,
      valueSerde,
      timestamp: matching === undefined ? timestampRule(list, options) : patternRule(matching, options),
      offsetReset: options.offsetReset,
    })
    return this.#dsl.stream({ node, keySerde, valueSerde, rekeyed: false }) as KStream<K, V>
  }

  /**
   * Reads a topic as a table: the latest value of each key. An absent value deletes; a record without a key is dropped.
   *
   * The rows are kept in a store if it is given a name, or if something looks rows up; otherwise updates only pass
   * through.
   */
  table<K, V>(topic: Topic<K, V>, store?: string | (RowStoreOptions<V> & SourceOptions<K, V>)): KTable<K, V> {
    checkOneTopic(topic, 'table')
    this.#plan.declareTopic(topic)
    const options = storeOptions(store) as StoreOptions<unknown> & SourceOptions<K, V>
    atLine('table', () => checkOffsetReset(options.offsetReset))
    const keySerde = topic.key as Serde<unknown>
    const valueSerde = topic.value as Serde<unknown>
    const storePlan = planStore(this.#plan, {
      prefix: `${topic.name}-`,
      options,
      keySerde,
      valueSerde,
      operator: 'table',
      expires: true,
    })
    const sourceName = this.#plan.processorName('KSTREAM-SOURCE-', options.name, '-source')
    const node = this.#plan.add({
      kind: 'table-source',
      name: this.#plan.processorName('KTABLE-SOURCE-', options.name),
      sourceName,
      declaredAt: declaredAt(),
      topic: topic.name,
      keySerde,
      valueSerde,
      store: storePlan,
      timestamp: timestampRule([topic], options),
      offsetReset: options.offsetReset,
    })
    return this.#dsl.table({ node, keySerde, valueSerde: storePlan.valueSerde }) as KTable<K, V>
  }

  /**
   * Reads a topic as a table that every instance has whole, all partitions of it: for joins by any key, and for lookups
   * by processors. Rows are there before the application processes anything; later updates are not in step with it.
   * They are kept in memory, and read from the topic at every start. A record without a key is dropped.
   *
   * @example
   * ```ts
   * import { defineApp, json, string, topic } from 'millrace'
   *
   * const orders = topic('orders', { key: string(), value: json<{ item: string }>() })
   * const prices = topic('prices', { key: string(), value: json<number>() })
   * const priced = topic('priced', { key: string(), value: json<number>() })
   *
   * export default defineApp({
   *   id: 'pricing',
   *   build(b) {
   *     const table = b.globalTable(prices, 'prices')
   *     b.stream(orders).join(table, (_order, price) => price, { on: order => order.item }).to(priced)
   *   },
   * })
   * ```
   */
  globalTable<K, V>(topic: Topic<K, V>, store?: string | GlobalTableOptions<V>): GlobalKTable<K, V> {
    checkOneTopic(topic, 'globalTable')
    this.#plan.declareTopic(topic)
    const options = storeOptions(store) as StoreOptions<unknown>
    const source = topic as unknown as Topic<unknown, unknown>
    return planGlobalTable(this.#plan, source, options, timestampRule([topic], {})) as GlobalKTable<K, V>
  }

  /** Like `globalTable`, but a function of one's own writes what is kept of each record. */
  globalStore<K, V, K2, V2>(
    topic: Topic<K, V>,
    definition: GlobalStoreDefinition<K, V, K2, V2> & NamedOptions,
  ): GlobalKTable<K2, V2> {
    checkOneTopic(topic, 'globalStore')
    this.#plan.declareTopic(topic)
    checkHandle(definition?.store, 'globalStore: store')
    const source = topic as unknown as Topic<unknown, unknown>
    const any = definition as unknown as GlobalStoreDefinition<unknown, unknown, unknown, unknown>
    return planGlobalStore(this.#plan, source, any, timestampRule([topic], {})) as GlobalKTable<K2, V2>
  }

  /**
   * Declares a store for processors. Not needed for a store that a processor names, which declares it; two stores of one
   * name are refused with MR-1002, and a store that no processor names does not come into being.
   */
  stateStore(store: DeclaredStore): void {
    checkHandle(store, 'stateStore: the argument')
    declareStore(this.#plan, store)
  }

  /** Every topic that was declared by reading or writing it, internal ones apart. */
  get topics(): readonly DeclaredTopic[] {
    return this.#plan.topics
  }

  /** Ends the declarations and compiles them. Called again it answers the same topology. */
  build(options: Partial<CompileOptions> = {}): Topology {
    if (this.#topology === undefined) {
      this.#plan.seal()
      this.#topology = compile(this.#plan, { strictNaming: false, optimize: false, ...options })
    }
    return this.#topology
  }
}

/** Refuses what is no topic, and a pattern where there can be but one topic. */
function checkOneTopic(topic: object, operator: string): void {
  checkTopic(topic, operator)
  if ('pattern' in topic)
    throw misuse(`${operator}: expected one topic, not a pattern, which only stream() reads`)
}

/** The rule of the options, or else that of each topic; `undefined` when there is none. */
function timestampRule<K, V>(
  topics: readonly Topic<K, V>[],
  { timestamp }: SourceOptions<K, V>,
): TimestampExtractor | undefined {
  if (timestamp !== undefined) return timestamp as TimestampExtractor
  const rules = new Map(topics.map(topic => [topic.name, topic.timestamp]))
  if ([...rules.values()].every(rule => rule === undefined)) return undefined
  return record => {
    const rule = rules.get(record.topic)
    // A tombstone has no value to take the time from.
    if (rule === undefined || record.value === undefined || record.value === null) return record.timestamp
    return rule(record.value as V, record.key as K)
  }
}

/** The rule of the options, or else that of all topics of a pattern. */
function patternRule<K, V>(
  { timestamp: rule }: TopicPattern<K, V>,
  { timestamp }: SourceOptions<K, V>,
): TimestampExtractor | undefined {
  if (timestamp !== undefined) return timestamp as TimestampExtractor
  if (rule === undefined) return undefined
  return ({ key, value, timestamp: written }) =>
    value === undefined || value === null ? written : rule(value as V, key as K)
}

function differentSerdes(first: { name: string }, other: { name: string }): StreamsError {
  return new StreamsError('MR-1006', {
    what: `stream: topics '${first.name}' and '${other.name}' have different serdes`,
    where: declaredAt(),
    why: 'One source reads all its topics alike.',
    fix: 'share one serde object between the topics, or read them separately and merge() the streams',
  })
}
