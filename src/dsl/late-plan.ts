/** Plans the streams of the records that come too late: for the windows of an aggregate, or for a side of a join. */
import type { NodeWithLateRecords } from '../plan/node.ts'
import type { Serde } from '../serdes/serde.ts'
import { checkFunction } from './argument-checks.ts'
import type { AnyStream, Dsl } from './handle.ts'
import type { WindowedByOptions } from './options.ts'

export type LateHandler = (records: AnyStream) => void

export type AnyWindowedByOptions = WindowedByOptions & { readonly late?: LateHandler }

/** The handler that was handed in, if there is one. */
export function lateHandler(late: LateHandler | undefined, option: string): LateHandler | undefined {
  if (late !== undefined) checkFunction(late, option)
  return late
}

/** Takes no index, so that the names of what follows are the same with late records and without. */
export function lateNodeName(operator: string, late: LateHandler | undefined): string | undefined {
  return late === undefined ? undefined : `${operator}-late`
}

/** Hands the stream of late records to whoever has asked for it; all nodes that are its parents name it. */
export function planLateRecords(
  dsl: Dsl,
  parents: readonly NodeWithLateRecords[],
  state: {
    readonly late: LateHandler | undefined
    readonly keySerde: Serde<unknown>
    /** Where an operator makes the values: none. */
    readonly valueSerde?: Serde<unknown>
  },
): void {
  const { late, keySerde, valueSerde } = state
  const [{ late: name, declaredAt }] = parents as [NodeWithLateRecords]
  if (late === undefined || name === undefined) return
  const node = dsl.plan.add({ kind: 'late-records', name, declaredAt, parents: Object.freeze([...parents]) })
  late(dsl.stream({ node, keySerde, valueSerde, rekeyed: false }))
}
