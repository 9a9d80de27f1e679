/** Makes the operators that compute each row of a table from one row above, with the store of those that keep theirs. */
import { unreachable } from '../base/assert.ts'
import { tableFilter } from '../operators/table-filter.ts'
import { tableMapValues } from '../operators/table-map-values.ts'
import { tableTransformValues } from '../operators/table-transform-values.ts'
import type { ProcessorSupplier } from '../processor/processor.ts'
import type { StoreDefinition } from '../topology/node.ts'
import { rowStore } from './compile-store.ts'
import type { TableFilterNode, TableMapValuesNode } from './node.ts'
import { keepsVersions } from './versions.ts'

export function compileDerivedTable(
  node: TableFilterNode | TableMapValuesNode,
  sendOldValues: boolean,
): readonly [ProcessorSupplier, StoreDefinition | undefined] {
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
      return [tableTransformValues({ fn: node.fn, ...options }), definition]
    default:
      return unreachable(node)
  }
}
