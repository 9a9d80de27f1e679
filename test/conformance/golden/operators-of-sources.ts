/** Declares the operators that are called on nothing: those that read topics. */
import { globalStore, globalTable } from './globals.ts'
import { stateStore } from './processors.ts'
import { pattern } from '../../../src/index.ts'
import { timestampRule } from './functions.ts'
import { versionedOf, named, storeOf, text, type Operator, type OperatorTable } from './operator.ts'
import type { NodeSpec } from './scenario.ts'

const stream: Operator<undefined> = {
  makes: 'stream',
  declare: (node, _from, { builder, topicOf }) => {
    const topics =
      node.pattern === undefined
        ? (node.topics ?? [node.topic!]).map(topicOf)
        : pattern(new RegExp(node.pattern), { key: text, value: text })
    return [{ kind: 'stream', stream: builder.stream(topics, sourceOptions(node)), windowedKeys: false }]
  },
}

const table: Operator<undefined> = {
  makes: 'table',
  declare: (node, _from, { builder, topicOf }) => {
    const options = { ...sourceOptions(node), ...storeOf(node), ...versionedOf(node) }
    return [{ kind: 'table', table: builder.table(topicOf(node.topic!), options), windowedKeys: false }]
  },
}

export const operatorsOfSources: OperatorTable<undefined> = new Map([
  ['stream', stream],
  ['table', table],
  ['stateStore', stateStore],
  ['globalTable', globalTable],
  ['globalStore', globalStore],
])

function sourceOptions(node: NodeSpec) {
  return { ...named(node), ...(node.time === undefined ? {} : { timestamp: timestampRule(node.time) }) }
}
