/** Plans `process` and `processValues`: checks the definition, declares its stores, and adds the node. */
import { toMilliseconds } from '../base/duration.ts'
import {
  process,
  type NamedStore,
  type ProcessOptions,
  type PunctuationPlan,
} from '../operators/process-records.ts'
import { declaredAt } from '../plan/declared-at.ts'
import type { ProcessNode } from '../plan/node.ts'
import type { Plan } from '../plan/plan.ts'
import { validateName } from '../topology/names.ts'
import { globalNodeOf } from './global-plan.ts'
import { checkFunction, type StreamState } from './handle.ts'
import type { KeyValueStoreHandle, StoreHandle } from './kv-store.ts'
import type { Punctuation, StoreHandles } from './processors.ts'

/** A definition as the class behind the types sees it. */
export interface AnyProcessor {
  readonly name?: string
  readonly stores?: StoreHandles
  readonly process: ProcessOptions['process']
  readonly punctuate?: AnyPunctuation | readonly AnyPunctuation[]
}

type AnyPunctuation = Omit<Punctuation<StoreHandles, unknown>, 'run'> & Pick<PunctuationPlan, 'run'>

export function planProcess(
  plan: Plan,
  kind: ProcessNode['kind'],
  definition: AnyProcessor,
  { node: parent }: StreamState,
): ProcessNode {
  const operator = kind === 'process' ? 'process' : 'processValues'
  checkFunction(definition?.process, operator)
  const stores = namedStores(plan, definition.stores ?? {}, operator)
  const { punctuate = [] } = definition
  const list: readonly AnyPunctuation[] = 'run' in punctuate ? [punctuate] : punctuate
  return plan.add({
    kind,
    name: nodeName(plan, kind, definition.name),
    declaredAt: declaredAt(),
    parent,
    supplier: process({
      stores,
      // Called on the definition: it may be an object whose methods call one another.
      process: (record, context) => definition.process(record, context),
      punctuations: list.map(each => planPunctuation(each, operator)),
      valuesOnly: kind === 'process-values',
    }),
    // Global stores are read without being connected.
    stores: Object.freeze([...new Set(stores.flatMap(({ store, writable }) => (writable ? [store] : [])))]),
  })
}

/** Unlike other operators, one with a name takes no index: names of all that follows hang on it (semantics N1). */
function nodeName(plan: Plan, kind: ProcessNode['kind'], given: string | undefined): string {
  if (given === undefined)
    return plan.processorName(kind === 'process' ? 'KSTREAM-PROCESSOR-' : 'KSTREAM-PROCESSVALUES-')
  validateName(given, 'an operator', declaredAt())
  return given
}

/** Declares a store for processors; nothing if it is declared already. */
export function declareKeyValueStore(plan: Plan, handle: KeyValueStoreHandle<unknown, unknown>): void {
  const { kind, name, key, value, changelog, backend, walkable } = handle
  plan.declareStore(handle, {
    kind,
    name,
    keySerde: key,
    valueSerde: value,
    timestamped: true,
    changelog,
    // Only tables put updates out, so only theirs can be held back.
    cache: false,
    backend,
    walkable,
  })
}

function namedStores(plan: Plan, handles: StoreHandles, operator: string): readonly NamedStore[] {
  return Object.entries(handles).map(([property, handle]) => {
    const global = handle === undefined ? undefined : globalNodeOf(plan, handle)
    if (global !== undefined) return { property, store: global.store.name, writable: false }
    checkHandle(handle, `${operator}: stores.${property}`)
    declareKeyValueStore(plan, handle as KeyValueStoreHandle<unknown, unknown>)
    return { property, store: handle.name, writable: true }
  })
}

/** Refuses what is not a store, at the line that hands it in. */
export function checkHandle(handle: StoreHandle | undefined, what: string): void {
  if (handle?.kind === 'key-value') return
  throw new TypeError(
    `${what} is no store: expected one made by kvStore, at ${declaredAt() ?? 'an unknown place'}`,
  )
}

function planPunctuation(
  { every, clock = 'stream', start, run }: AnyPunctuation,
  operator: string,
): PunctuationPlan {
  checkFunction(run, `${operator}: punctuate`)
  const intervalMs = toMilliseconds(every)
  if (!Number.isSafeInteger(intervalMs) || intervalMs < 1)
    throw new RangeError(`${operator}: punctuate must be every 1 ms or more, not ${String(every)}`)
  if (clock !== 'stream' && clock !== 'wall')
    throw new TypeError(`${operator}: clock must be 'stream' or 'wall', not '${String(clock)}'`)
  return {
    intervalMs,
    type: clock === 'stream' ? 'stream-time' : 'wall-clock',
    startMs: start instanceof Date ? start.getTime() : start,
    run,
  }
}
