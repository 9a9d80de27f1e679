/** Plans the stream of the records that come too late for the windows of an aggregate. */
import type { SessionAggregateNode, WindowAggregateNode } from '../plan/node.ts'
import { checkFunction } from './argument-checks.ts'
import type { AnyStream, Dsl } from './handle.ts'
import type { WindowedByOptions } from './options.ts'

export type LateHandler = (records: AnyStream) => void

export type AnyWindowedByOptions = WindowedByOptions & { readonly late?: LateHandler }

/** The handler of the options, if there is one. */
export function lateHandler({ late }: AnyWindowedByOptions): LateHandler | undefined {
  if (late !== undefined) checkFunction(late, 'windowedBy: late')
  return late
}

/** Takes no index, so that the names of what follows are the same with late records and without. */
export function lateNodeName(aggregate: string, late: LateHandler | undefined): string | undefined {
  return late === undefined ? undefined : `${aggregate}-late`
}

/** Hands the stream of late records of an aggregate to whoever has asked for it. */
export function planLateRecords(
  dsl: Dsl,
  aggregate: WindowAggregateNode | SessionAggregateNode,
  late: LateHandler | undefined,
): void {
  if (late === undefined || aggregate.late === undefined) return
  const { keySerde } = aggregate.store
  const { declaredAt } = aggregate
  const node = dsl.plan.add({ kind: 'late-records', name: aggregate.late, declaredAt, parent: aggregate })
  late(dsl.stream({ node, keySerde, valueSerde: undefined, rekeyed: false }))
}
