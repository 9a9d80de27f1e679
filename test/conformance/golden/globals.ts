/** Declares global tables and global stores, and joins with them. */
import { kvStore, type GlobalKTable, type GlobalTableOptions } from '../../../src/index.ts'
import * as functions from './functions.ts'
import {
  versionedOf,
  named,
  storeOf,
  text,
  type Declared,
  type DeclaredAs,
  type Operator,
} from './operator.ts'
import { remember } from './processors.ts'
import type { NodeSpec } from './scenario.ts'

export const globalTable: Operator<undefined> = {
  makes: 'global',
  declare: (node, _from, { builder, topicOf }) => {
    // The types refuse versions here already, and so must the table.
    const options = { ...named(node), ...storeOf(node), ...versionedOf(node) } as GlobalTableOptions<unknown>
    const table = builder.globalTable(topicOf(node.topic!), options)
    remember(builder, table)
    return [{ kind: 'global', table, windowedKeys: false }]
  },
}

export const globalStore: Operator<undefined> = {
  makes: 'global',
  declare: (node, _from, { builder, topicOf }) => {
    const map = functions.valueMapper(node.fn!)
    const table: GlobalKTable<unknown, unknown> = builder.globalStore(topicOf(node.topic!), {
      ...named(node),
      store: kvStore(node.store!, { key: text, value: text }),
      process: ({ key, value }, { store }) => {
        if (key !== undefined) store.put(key, map(value, key))
      },
    })
    remember(builder, table)
    return [{ kind: 'global', table, windowedKeys: false }]
  },
}

export function declareGlobalJoin(
  node: NodeSpec,
  { stream, windowedKeys }: DeclaredAs<'stream'>,
  second: Declared,
): readonly Declared[] {
  const { table } = second as DeclaredAs<'global'>
  const options = { ...named(node), value: text, on: functions.keyMapper(node.key!) }
  const joiner = functions.joiner(node.fn!)
  const joined =
    node.op === 'join'
      ? stream.join<unknown, unknown, unknown>(table, joiner, options)
      : stream.leftJoin<unknown, unknown, unknown>(table, joiner, options)
  return [{ kind: 'stream', stream: joined, windowedKeys }]
}
