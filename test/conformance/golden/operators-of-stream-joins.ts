/** Declares joins of two streams. */
import * as functions from './functions.ts'
import { named, text, type Declared, type DeclaredAs, type Stream } from './operator.ts'
import type { NodeSpec } from './scenario.ts'

type FromStream = DeclaredAs<'stream'>

/** The joins that the DSL offers, by their names. */
const joins: Readonly<Record<string, 'join'>> = { join: 'join' }

/** What the DSL does not offer of a join with a window. */
export function lacksOfStreamJoin({ op }: NodeSpec): string | undefined {
  return joins[op] === undefined ? `stream-stream ${op}` : undefined
}

export function declareStreamJoin(node: NodeSpec, { stream, windowedKeys }: FromStream, second: Declared) {
  const { before, after, grace } = node.window!
  const options = {
    ...named(node),
    ...(node.storeName === undefined ? {} : { store: node.storeName }),
    within: { before: before!, after: after! },
    grace: grace!,
    value: text,
  }
  const other = (second as FromStream).stream
  const joined: Stream = stream[joins[node.op]!]<unknown, unknown>(other, functions.joiner(node.fn!), options)
  return [{ kind: 'stream', stream: joined, windowedKeys }] as const
}
