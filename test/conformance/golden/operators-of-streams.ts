/** Declares the operators that are called on streams. */
import * as functions from './functions.ts'
import { declareGlobalJoin } from './globals.ts'
import {
  versionedOf,
  named,
  storeOf,
  text,
  type Declared,
  type DeclaredAs,
  type Kind,
  type Operator,
  type OperatorTable,
  type Site,
  type Stream,
} from './operator.ts'
import { processor, valueProcessor } from './processors.ts'
import { declareStreamJoin } from './operators-of-stream-joins.ts'
import type { NodeSpec } from './scenario.ts'

type FromStream = DeclaredAs<'stream'>

/** An operator whose records have the keys of those that come in. */
function keepsKeys(
  apply: (stream: Stream, node: NodeSpec, second: Declared | undefined) => Stream,
): Operator<'stream'> {
  return {
    makes: 'stream',
    declare: (node, { stream, windowedKeys }, _site, second) => [
      { kind: 'stream', stream: apply(stream, node, second), windowedKeys },
    ],
  }
}

/** An operator that makes keys; all that do make texts. */
function makesKeys(
  apply: (stream: Stream, fn: string, options: { name?: string; key: typeof text }) => Stream,
): Operator<'stream'> {
  return {
    makes: 'stream',
    declare: (node, { stream }) => [
      {
        kind: 'stream',
        stream: apply(stream, node.fn!, { ...named(node), key: text }),
        windowedKeys: false,
      },
    ],
  }
}

const textValues = (node: NodeSpec) => ({ ...named(node), value: text })

const lookupOptions = (node: NodeSpec) => ({
  ...textValues(node),
  ...(node.grace === undefined ? {} : { grace: node.grace }),
})

const repartition = keepsKeys((stream, node) =>
  stream.repartition({
    ...named(node),
    ...(node.partitions === undefined ? {} : { partitions: node.partitions }),
  }),
)

const toTable: Operator<'stream'> = {
  makes: 'table',
  declare: (node, { stream, windowedKeys }) => [
    {
      kind: 'table',
      table: stream.toTable({ ...named(node), ...storeOf(node), ...versionedOf(node) }),
      windowedKeys,
    },
  ],
}

const groupByKey: Operator<'stream'> = {
  makes: 'grouped',
  declare: (node, { stream, windowedKeys }) => [
    { kind: 'grouped', grouped: stream.groupByKey(named(node)), windowedKeys },
  ],
}

const groupBy: Operator<'stream'> = {
  makes: 'grouped',
  declare: (node, { stream }) => {
    const options = { ...named(node), key: text }
    const grouped = stream.groupBy<unknown>(functions.keyMapper(node.fn!), options)
    return [{ kind: 'grouped', grouped, windowedKeys: false }]
  },
}

const split: Operator<'stream'> = {
  makes: 'stream',
  declare: (node, { stream, windowedKeys }) => {
    const list = node.branches!.map(branch => ({
      ...(branch.name === undefined ? {} : { name: branch.name }),
      when: functions.predicate(branch.pred!),
    }))
    const restName = node.default?.name
    const streams = stream.branch(list, { ...named(node), ...(restName === undefined ? {} : { restName }) })
    const all = node.default === undefined ? [...streams] : [...streams, streams.rest]
    return all.map(branch => ({ kind: 'stream', stream: branch, windowedKeys }))
  },
}

/** Joins of a stream with whatever the second side is. */
function joining(join: (stream: Stream, table: DeclaredAs<'table'>['table'], node: NodeSpec) => Stream) {
  const operator: Operator<'stream'> = {
    makes: 'stream',
    lacks: (node: NodeSpec, parents: readonly Kind[]) => {
      const { window, key } = node
      if (window !== undefined) return parents[1] === 'stream' ? undefined : 'join'
      if (key !== undefined) return parents[1] === 'global' ? undefined : 'join'
      return parents[1] === 'table' ? undefined : 'join'
    },
    declare: (node, from, _site, second) => {
      if (node.window !== undefined) return declareStreamJoin(node, from, second!)
      if (node.key !== undefined) return declareGlobalJoin(node, from, second!)
      const { stream, windowedKeys } = from
      return [
        { kind: 'stream', stream: join(stream, (second as DeclaredAs<'table'>).table, node), windowedKeys },
      ]
    },
  }
  return operator
}

const print: Operator<'stream'> = {
  declare: (node, { stream }) => {
    stream.print(named(node))
    return []
  },
}

const foreach: Operator<'stream'> = {
  declare: (node, { stream }) => {
    stream.foreach(() => undefined, named(node))
    return []
  },
}

const to: Operator<'stream'> = {
  declare: (node, { stream, windowedKeys }: FromStream, { topicOf, onTopicChosen }: Site) => {
    // Windowed keys go out as their text, through a map that takes an index, as the format says.
    const keyed = windowedKeys
      ? stream.map<unknown, unknown>((value, key) => [functions.textOf(key), value], { key: text })
      : stream
    const serdes = { key: text, value: text }
    const { topicBy } = node
    if (topicBy === undefined) {
      keyed.to({ ...topicOf(node.topic!), ...serdes }, named(node))
      return []
    }
    const choose = (value: unknown): string => {
      const topic = topicBy + (functions.textOf(value)?.charAt(0) || 'none')
      onTopicChosen(topic)
      return topic
    }
    keyed.to({ choose, describeAs: 'byFirst', ...serdes }, named(node))
    return []
  },
}

export const operatorsOfStreams: OperatorTable<'stream'> = new Map([
  ['filter', keepsKeys((stream, node) => stream.filter(functions.predicate(node.pred!), named(node)))],
  ['filterNot', keepsKeys((stream, node) => stream.filterNot(functions.predicate(node.pred!), named(node)))],
  [
    'mapValues',
    keepsKeys((stream, node) => stream.mapValues<unknown>(functions.valueMapper(node.fn!), textValues(node))),
  ],
  [
    'flatMapValues',
    keepsKeys((stream, node) =>
      stream.flatMapValues<unknown>(functions.valuesMapper(node.fn!), textValues(node)),
    ),
  ],
  [
    'map',
    makesKeys((stream, fn, options) => stream.map<unknown, unknown>(functions.pairMapper(fn), options)),
  ],
  [
    'flatMap',
    makesKeys((stream, fn, options) => stream.flatMap<unknown, unknown>(functions.pairsMapper(fn), options)),
  ],
  [
    'selectKey',
    makesKeys((stream, fn, options) => stream.selectKey<unknown>(functions.keyMapper(fn), options)),
  ],
  ['peek', keepsKeys((stream, node) => stream.peek(() => undefined, named(node)))],
  ['merge', keepsKeys((stream, node, second) => stream.merge((second as FromStream).stream, named(node)))],
  ['repartition', repartition],
  ['split', split],
  ['groupByKey', groupByKey],
  ['groupBy', groupBy],
  ['toTable', toTable],
  [
    'join',
    joining((stream, table, node) =>
      stream.join<unknown, unknown>(table, functions.joiner(node.fn!), lookupOptions(node)),
    ),
  ],
  [
    'leftJoin',
    joining((stream, table, node) =>
      stream.leftJoin<unknown, unknown>(table, functions.joiner(node.fn!), lookupOptions(node)),
    ),
  ],
  ['process', processor],
  ['processValues', valueProcessor],
  [
    'outerJoin',
    { makes: 'stream', declare: (node, from, _site, second) => declareStreamJoin(node, from, second!) },
  ],
  ['foreach', foreach],
  ['print', print],
  ['to', to],
])
