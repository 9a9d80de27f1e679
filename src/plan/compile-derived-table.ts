/** Makes the operators that compute each row of a table from one row above, with the store of those that keep theirs. */
import { unreachable } from '../base/assert.ts'
import { tableFilter } from '../operators/table-filter.ts'
import { tableMapValues } from '../operators/table-map-values.ts'
import { tableTransformValues } from '../operators/table-transform-values.ts'
import { tableTransformer } from '../operators/table-transformer.ts'
import type { ProcessorSupplier } from '../processor/processor.ts'
import type { StoreDefinition } from '../topology/node.ts'
import { rowStore } from './compile-store.ts'
import type { TableFilterNode, TableMapValuesNode, TableTransformValuesNode } from './node.ts'
import { keepsVersions } from './versions.ts'

export function compileDerivedTable(
  node: TableFilterNode | TableMapValuesNode | TableTransformValuesNode,
  sendOldValues: boolean,
): readonly [ProcessorSupplier, rows: StoreDefinition | undefined, others?: readonly string[]] {
  const definition = node.store === undefined ? undefined : rowStore(node.store)
  const options = { store: definition?.name, sendOldValues }
  switch (node.kind) {
    case 'table-filter': {
      const { predicate, negate } = node
      return [
        tableFilter({ predicate, negate, ...options, ofVersions: keepsVersions(node.parent) }),
        definition,
      ]
    }
    case 'table-map-values':
      return [tableMapValues({ fn: node.fn, ...options }), definition]
    case 'table-transform-values':
      return typeof node.fn === 'function'
        ? [tableTransformValues({ fn: node.fn, ...options }), definition]
        : [tableTransformer({ transformer: node.fn, ...options }), definition, node.fn.connected]
    default:
      return unreachable(node)
  }
}
