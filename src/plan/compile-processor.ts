/** Adds the nodes that are one processor each, and picks the operator that it runs. */
import { unreachable } from '../base/assert.ts'
import { equalBytes } from '../base/bytes.ts'
import { branch } from '../operators/branch.ts'
import { filter } from '../operators/filter.ts'
import { passThrough } from '../operators/pass-through.ts'
import { tableGroup, type TableGroupOptions } from '../operators/table-group.ts'
import { toStream } from '../operators/to-stream.ts'
import type { ProcessorSupplier } from '../processor/processor.ts'
import type { Serde } from '../serdes/serde.ts'
import { globalJoin } from './compile-global-table.ts'
import { compileMap } from './compile-map.ts'
import { addProcessorStore } from './compile-store.ts'
import type { Compilation } from './compilation.ts'
import type {
  BranchChildNode,
  BranchNode,
  CogroupNode,
  FilterNode,
  MapNode,
  MapValuesAsyncNode,
  MergeNode,
  PrintNode,
  ProcessNode,
  StreamGlobalJoinNode,
  TableGroupNode,
  ToStreamNode,
} from './node.ts'
import { keepsVersions } from './versions.ts'

export type SingleProcessorNode =
  | FilterNode
  | MapNode
  | PrintNode
  | MergeNode
  | BranchNode
  | BranchChildNode
  | CogroupNode
  | ToStreamNode
  | TableGroupNode
  | ProcessNode
  | MapValuesAsyncNode
  | StreamGlobalJoinNode

export function addProcessor(node: SingleProcessorNode, compilation: Compilation): void {
  const { topology, parentNames } = compilation
  const { name, declaredAt } = node
  const ofProcess = node.kind === 'process' || node.kind === 'process-values'
  const stores = ofProcess ? node.stores : []
  for (const store of stores) addProcessorStore(store, compilation)
  const waitMsMax = node.kind === 'map-values-async' ? node.waitMsMax : undefined
  const supplier = supplierOf(node, compilation)
  topology.addProcessor(name, { parents: parentNames(node), supplier, stores, waitMsMax, declaredAt })
}

function supplierOf(node: SingleProcessorNode, { branchNames }: Compilation): ProcessorSupplier {
  switch (node.kind) {
    case 'filter':
      return filter(node.predicate, node.negate)
    case 'map':
    case 'flat-map':
    case 'map-values':
    case 'flat-map-values':
    case 'select-key':
    case 'peek':
    case 'foreach':
    case 'print':
      return compileMap(node)
    case 'merge':
    case 'branch-child':
    case 'cogroup':
      return passThrough()
    case 'branch':
      return branch(node.predicates, branchNames(node))
    case 'table-group':
      return tableGroup(groupingOf(node))
    case 'to-stream':
      return toStream()
    case 'process':
    case 'process-values':
    case 'map-values-async':
      return node.supplier
    case 'stream-global-join':
      return globalJoin(node)
    default:
      return unreachable(node)
  }
}

function groupingOf({ fn, keySerde, parent }: TableGroupNode): TableGroupOptions {
  return { fn, sameGroup: sameKey(keySerde), ofVersions: keepsVersions(parent) }
}

/** Whether two keys are the same to a topic: their bytes are. Only objects need be written to know. */
function sameKey(serde: Serde<unknown>): (left: unknown, right: unknown) => boolean {
  return (left, right) =>
    left === right || (typeof left === 'object' && equalBytes(serde.serialize(left), serde.serialize(right)))
}
