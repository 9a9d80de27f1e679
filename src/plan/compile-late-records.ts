/** Adds the node that gets the records which came too late for the windows of an aggregate or a join. */
import { passThrough } from '../operators/pass-through.ts'
import type { Compilation } from './compilation.ts'
import type { LateRecordsNode } from './node.ts'

export function addLateRecords(node: LateRecordsNode, { topology, parentNames }: Compilation): void {
  const { name, declaredAt } = node
  topology.addProcessor(name, { parents: parentNames(node), supplier: passThrough(), side: true, declaredAt })
}
