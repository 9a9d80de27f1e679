/**
 * Checks what a node keeps of its arguments: serdes, functions beside the main one, and how its store is written.
 *
 * Every node comes by here when it is added, whichever operator it is of, so that what is wrong is refused at the line
 * that declares it and not with the first record.
 */
import { misuse } from '../base/misuse.ts'
import type { Serde } from '../serdes/serde.ts'
import { storeOf } from './node-relations.ts'
import type { PlanNode } from './node.ts'

/** What any of the kinds of nodes may have. */
interface Arguments {
  readonly keySerde?: Partial<Serde<unknown>>
  readonly valueSerde?: Partial<Serde<unknown>>
  readonly partitioner?: unknown
  readonly timestamp?: unknown
}

/** Refuses, with MR-1010, a serde that is none and a function that is none. */
export function checkNode(node: PlanNode): void {
  const { keySerde, valueSerde, partitioner, timestamp } = node as Arguments
  const refuse = (option: string, expected: string, given: unknown): void => {
    throw misuse(`'${node.name}': ${option} must be ${expected}, not ${typeof given}`, {
      where: node.declaredAt,
    })
  }
  for (const [option, given] of Object.entries({ partitioner, timestamp }))
    if (given !== undefined && typeof given !== 'function') refuse(option, 'a function', given)
  const store = storeOf(node)
  const reads = node.kind === 'stream-source' || node.kind === 'table-source' || node.kind === 'global-table'
  const part = reads ? 'deserialize' : 'serialize'
  for (const [option, serde] of Object.entries({ key: keySerde, value: valueSerde }))
    if (serde !== undefined && typeof serde?.[part] !== 'function') refuse(option, 'a serde', serde)
  if (store === undefined) return
  for (const [option, serde] of Object.entries({ key: store.keySerde, value: store.valueSerde }))
    if (typeof serde?.serialize !== 'function' || typeof serde.deserialize !== 'function')
      refuse(`${option} of its store`, 'a serde', serde)
}
