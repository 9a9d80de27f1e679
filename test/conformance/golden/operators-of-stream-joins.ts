/** Declares joins of two streams. */
import * as functions from './functions.ts'
import { named, text, type Declared, type DeclaredAs, type Stream } from './operator.ts'
import type { NodeSpec } from './scenario.ts'

type FromStream = DeclaredAs<'stream'>

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
  const joiner = functions.joiner(node.fn!)
  const joined = (): Stream => {
    if (node.op === 'join') return stream.join<unknown, unknown>(other, joiner, options)
    if (node.op === 'leftJoin') return stream.leftJoin<unknown, unknown>(other, joiner, options)
    return stream.outerJoin<unknown, unknown>(other, joiner, options)
  }
  return [{ kind: 'stream', stream: joined(), windowedKeys }] as const
}
