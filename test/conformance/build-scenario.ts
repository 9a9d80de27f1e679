/** Declares a scenario's topology through the public DSL, and says which scenarios it can. */
import {
  defineApp,
  hopping,
  string,
  topic,
  tumbling,
  type App,
  type KGroupedStream,
  type KStream,
  type KTable,
  type Serde,
  type StreamsBuilder,
  type TimeWindows,
  type Topic,
  type WindowedStream,
} from '../../src/index.ts'
import * as functions from './functions.ts'
import type { NodeSpec, Scenario, WindowSpec } from './scenario.ts'

type Stream = KStream<unknown, unknown>
type Table = KTable<unknown, unknown>
type Grouped = KGroupedStream<unknown, unknown>
type WindowedGroup = WindowedStream<unknown, unknown>

/** What a node's id stands for. */
interface Declared {
  readonly stream?: Stream
  readonly table?: Table
  readonly grouped?: Grouped
  readonly windowed?: WindowedGroup
  /** Whether keys are windowed. */
  readonly windowedKeys: boolean
}

const text = string() as Serde<unknown>

/** Writes counts as their text, as the format demands of sinks. */
const textOfAnything: Serde<unknown> = {
  name: 'text',
  serialize: value => string().serialize(functions.textOf(value)!),
  deserialize: bytes => string().deserialize(bytes),
}

/** Why a scenario is not declared yet, or `undefined` when it can be. */
export function reasonToSkip(scenario: Scenario): string | undefined {
  const { optimize = false } = scenario.config
  if (optimize !== false) return 'optimisation'
  const kinds = new Map<string, 'table' | 'stream'>()
  for (const node of scenario.nodes) {
    const reason = reasonToSkipNode(node, kinds)
    if (reason !== undefined) return reason
    kinds.set(node.id, makesTable(node, kinds) ? 'table' : 'stream')
  }
  return undefined
}

const supportedOps = new Set(
  (
    'stream table filter filterNot map mapValues flatMap flatMapValues selectKey peek merge split groupBy ' +
    'groupByKey windowedBy count reduce aggregate toTable repartition toStream join leftJoin to'
  ).split(' '),
)

function reasonToSkipNode(node: NodeSpec, kinds: ReadonlyMap<string, string>): string | undefined {
  const { op, window } = node
  if (!supportedOps.has(op)) return op
  if (node.pattern !== undefined) return 'stream of a pattern'
  if (node.versioned !== undefined) return 'versioned stores'
  if (op === 'windowedBy' && !['tumbling', 'hopping'].includes(window!.type)) return `${window!.type} windows`
  if (node.emit !== undefined) return 'emit on close'
  if (op !== 'join' && op !== 'leftJoin') return undefined
  if (window !== undefined) return 'stream-stream join'
  if (node.grace !== undefined) return 'stream-table join with grace'
  return kinds.get(node.from![0]!) === 'table' ? 'table-table join' : undefined
}

function makesTable({ op, from }: NodeSpec, kinds: ReadonlyMap<string, string>): boolean {
  if (['table', 'toTable', 'count', 'reduce', 'aggregate'].includes(op)) return true
  return ['filter', 'filterNot', 'mapValues'].includes(op) && kinds.get(from as string) === 'table'
}

/** The application of a scenario; what is wrong with it throws here or at its first `topology()`. */
export function buildScenario(scenario: Scenario): App {
  const { strictNaming = false } = scenario.config
  return defineApp({
    id: 'app',
    strictNaming,
    build(builder) {
      const declared = new Map<string, Declared>()
      const topics = new Map<string, Topic<unknown, unknown>>()
      const topicOf = (name: string): Topic<unknown, unknown> => {
        if (!topics.has(name)) topics.set(name, topic(name, { key: text, value: text }))
        return topics.get(name)!
      }
      for (const node of scenario.nodes) declare(node, { builder, declared, topicOf })
    },
  })
}

interface Declaring {
  readonly builder: StreamsBuilder
  readonly declared: Map<string, Declared>
  readonly topicOf: (name: string) => Topic<unknown, unknown>
}

function declare(node: NodeSpec, declaring: Declaring): void {
  const { declared } = declaring
  const [first, second] = (typeof node.from === 'string' ? [node.from] : (node.from ?? [])).map(id =>
    declared.get(id)!,
  )
  if (node.op === 'split') return declareSplit(node, first!, declared)
  const result =
    first === undefined
      ? declareSource(node, declaring)
      : node.op === 'to'
        ? declareSink(node, first, declaring)
        : first.grouped !== undefined || first.windowed !== undefined
          ? declareFold(node, first)
          : first.table !== undefined
            ? declareOnTable(node, first.table, first.windowedKeys)
            : declareOnStream(node, first, second)
  if (result !== undefined) declared.set(node.id, result)
}

function declareSource(node: NodeSpec, { builder, topicOf }: Declaring): Declared {
  const timestamp =
    node.time === undefined
      ? {}
      : { timestamp: functions.timestampRule(node.time) as (record: object, partitionTime: number) => number }
  const options = { ...named(node), ...timestamp }
  if (node.op === 'table') {
    const table = builder.table(topicOf(node.topic!), { ...options, ...storeOf(node) })
    return { table, windowedKeys: false }
  }
  const topics = (node.topics ?? [node.topic!]).map(topicOf)
  return { stream: builder.stream(topics, options), windowedKeys: false }
}

function declareOnStream(node: NodeSpec, { stream, windowedKeys }: Declared, second?: Declared): Declared {
  const from = stream!
  const options = named(node)
  const same = (result: Stream): Declared => ({ stream: result, windowedKeys })
  const plain = (result: Stream): Declared => ({ stream: result, windowedKeys: false })
  const stringKeys = { ...options, key: text }
  switch (node.op) {
    case 'filter':
      return same(from.filter(functions.predicate(node.pred!), options))
    case 'filterNot':
      return same(from.filterNot(functions.predicate(node.pred!), options))
    case 'mapValues':
      return same(from.mapValues<unknown>(functions.valueMapper(node.fn!), { ...options, value: text }))
    case 'flatMapValues':
      return same(from.flatMapValues<unknown>(functions.valuesMapper(node.fn!), { ...options, value: text }))
    case 'map':
      return plain(from.map<unknown, unknown>(functions.pairMapper(node.fn!), stringKeys))
    case 'flatMap':
      return plain(from.flatMap<unknown, unknown>(functions.pairsMapper(node.fn!), stringKeys))
    case 'selectKey':
      return plain(from.selectKey<unknown>(functions.keyMapper(node.fn!), stringKeys))
    case 'peek':
      return same(from.peek(() => undefined, options))
    case 'merge':
      return same(from.merge(second!.stream!, options))
    case 'repartition': {
      const partitions = node.partitions === undefined ? {} : { partitions: node.partitions }
      return same(from.repartition({ ...options, ...partitions }))
    }
    case 'toTable':
      return { table: from.toTable({ ...options, ...storeOf(node) }), windowedKeys }
    case 'groupByKey':
      return { grouped: from.groupByKey(options), windowedKeys }
    case 'groupBy':
      return {
        grouped: from.groupBy<unknown>(functions.keyMapper(node.fn!), stringKeys),
        windowedKeys: false,
      }
    case 'join':
      return same(from.join<unknown, unknown>(second!.table!, functions.joiner(node.fn!), options))
    case 'leftJoin':
      return same(from.leftJoin<unknown, unknown>(second!.table!, functions.joiner(node.fn!), options))
    default:
      throw new Error(`no stream operator ${node.op}`)
  }
}

function declareOnTable(node: NodeSpec, table: Table, windowedKeys: boolean): Declared {
  const options = { ...named(node), ...storeOf(node) }
  switch (node.op) {
    case 'filter':
      return { table: table.filter(functions.predicate(node.pred!), options), windowedKeys }
    case 'filterNot':
      return { table: table.filterNot(functions.predicate(node.pred!), options), windowedKeys }
    case 'mapValues': {
      const mapped = table.mapValues<unknown>(functions.valueMapper(node.fn!), { ...options, value: text })
      return { table: mapped, windowedKeys }
    }
    case 'toStream': {
      if (node.fn === undefined) return { stream: table.toStream(named(node)), windowedKeys }
      const stream = table.toStream<unknown>(functions.keyMapper(node.fn), { ...named(node), key: text })
      return { stream, windowedKeys: false }
    }
    default:
      throw new Error(`no table operator ${node.op}`)
  }
}

function declareFold(node: NodeSpec, { grouped, windowed, windowedKeys }: Declared): Declared {
  if (node.op === 'windowedBy') {
    return { windowed: grouped!.windowedBy(windowsOf(node.window!)), windowedKeys: true }
  }
  const group = (windowed ?? grouped!) as Grouped
  const keys = windowed === undefined ? windowedKeys : true
  const retention = node.retention === undefined ? {} : { retention: node.retention }
  const options = { ...named(node), ...storeOf(node), ...retention }
  switch (node.op) {
    case 'count':
      return { table: group.count(options) as unknown as Table, windowedKeys: keys }
    case 'reduce':
      return {
        table: group.reduce(functions.fold(node.fn!), { ...options, value: text }),
        windowedKeys: keys,
      }
    case 'aggregate': {
      const { init } = node
      const add = functions.fold(node.fn!)
      const table = group.aggregate<unknown>({ initial: () => init, add, ...options, value: text })
      return { table, windowedKeys: keys }
    }
    default:
      throw new Error(`no fold ${node.op}`)
  }
}

function declareSplit(
  node: NodeSpec,
  { stream, windowedKeys }: Declared,
  declared: Map<string, Declared>,
): void {
  const branches = node.branches!.map(({ pred, name }) => ({
    ...(name === undefined ? {} : { name }),
    when: functions.predicate(pred!),
  }))
  const restName = node.default?.name
  const streams = stream!.branch(branches, {
    ...named(node),
    ...(restName === undefined ? {} : { restName }),
  })
  for (const [index, { id }] of node.branches!.entries()) {
    declared.set(id, { stream: streams[index]!, windowedKeys })
  }
  if (node.default !== undefined) declared.set(node.default.id, { stream: streams.rest, windowedKeys })
}

function declareSink(node: NodeSpec, { stream, windowedKeys }: Declared, { topicOf }: Declaring): undefined {
  const keyed = windowedKeys
    ? stream!.map<unknown, unknown>((value, key) => [functions.textOf(key), value], { key: text })
    : stream!
  const serdes = { key: text, value: textOfAnything }
  if (node.topicBy === undefined) {
    keyed.to({ ...topicOf(node.topic!), ...serdes }, named(node))
    return
  }
  const choose = (value: unknown): string => node.topicBy! + (functions.textOf(value)?.charAt(0) || 'none')
  keyed.to({ choose, describeAs: 'byFirst', ...serdes }, named(node))
}

function windowsOf({ type, size, advance, grace = 0 }: WindowSpec): TimeWindows {
  return type === 'tumbling' ? tumbling(size!, { grace }) : hopping(size!, { advance: advance!, grace })
}

function named({ name }: NodeSpec): { readonly name?: string } {
  return name === undefined ? {} : { name }
}

function storeOf({ store }: NodeSpec): { readonly store?: string } {
  return store === undefined ? {} : { store }
}
