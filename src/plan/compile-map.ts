/** Picks the operator of the nodes that call one function for each record. */
import { unreachable } from '../base/assert.ts'
import type { ValueCallback } from '../operators/callbacks.ts'
import { flatMapValues } from '../operators/flat-map-values.ts'
import { flatMap } from '../operators/flat-map.ts'
import { mapValues } from '../operators/map-values.ts'
import { map } from '../operators/map.ts'
import { peek } from '../operators/peek.ts'
import { print } from '../operators/print.ts'
import { selectKey } from '../operators/select-key.ts'
import type { ProcessorSupplier } from '../processor/processor.ts'
import type { MapNode, PrintNode } from './node.ts'

type Pair = readonly [key: unknown, value: unknown]

/** What a callback answers was checked by the types of the DSL, and is again by the operators that rely on it. */
export function compileMap(node: MapNode | PrintNode): ProcessorSupplier {
  if (node.kind === 'print') return print(node.print)
  const { kind, fn } = node
  switch (kind) {
    case 'map':
      return map(fn as ValueCallback<Pair>)
    case 'flat-map':
      return flatMap(fn as ValueCallback<Iterable<Pair>>)
    case 'map-values':
      return mapValues(fn)
    case 'flat-map-values':
      return flatMapValues(fn as ValueCallback<Iterable<unknown>>)
    case 'select-key':
      return selectKey(fn)
    case 'peek':
    case 'foreach':
      return peek(fn)
    default:
      return unreachable(kind)
  }
}
