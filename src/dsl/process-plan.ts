/** Plans `process` and `processValues`: checks the definition, declares its stores, and adds the node. */
import { misuse } from '../base/misuse.ts'
import { toMilliseconds } from '../base/duration.ts'
import { process, type ProcessOptions } from '../operators/process-records.ts'
import type { ProcessedTask } from '../operators/processed-task.ts'
import type { NamedStore } from '../operators/processor-stores.ts'
import type { Transformer } from '../operators/table-transformer.ts'
import type { PunctuationPlan, TaskCallbacksOptions } from '../operators/task-callbacks.ts'
import { declaredAt } from '../base/declared-at.ts'
import type { ProcessNode } from '../plan/node.ts'
import type { Plan } from '../plan/plan.ts'
import { validateName } from '../topology/names.ts'
import { globalNodeOf } from './global-plan.ts'
import { checkFunction } from './argument-checks.ts'
import type { StreamState } from './handle.ts'
import { checkHandle, declareStore, namedStore } from './named-store.ts'
import type { StoreHandles } from './open-stores.ts'
import type { Punctuation } from './processors.ts'

/** What all definitions have beside what they do with a record, as the classes behind the types see it. */
interface AnyCallbacks {
  readonly stores?: StoreHandles
  readonly init?: TaskCallbacksOptions['init']
  readonly close?: TaskCallbacksOptions['close']
  readonly punctuate?: AnyPunctuations | ((context: ProcessedTask) => AnyPunctuations)
}

/** A processor, likewise. */
export interface AnyProcessor extends AnyCallbacks {
  readonly name?: string
  readonly process: ProcessOptions['process']
}

/** A transformer of a table's values, likewise. */
export interface AnyTransformer extends AnyCallbacks {
  readonly transform: Transformer['transform']
}

type AnyPunctuations = AnyPunctuation | readonly AnyPunctuation[]

type AnyPunctuation = Omit<Punctuation<StoreHandles, unknown>, 'run'> & Pick<PunctuationPlan, 'run'>

export function planProcess(
  plan: Plan,
  kind: ProcessNode['kind'],
  definition: AnyProcessor,
  { node: parent }: StreamState,
): ProcessNode {
  const operator = kind === 'process' ? 'process' : 'processValues'
  checkFunction(definition?.process, operator)
  const { connected, ...callbacks } = planCallbacks(plan, definition, operator)
  return plan.add({
    kind,
    name: nodeName(plan, kind, definition.name),
    declaredAt: declaredAt(),
    parent,
    supplier: process({
      ...callbacks,
      // Called on the definition: it may be an object whose methods call one another.
      process: (record, context) => definition.process(record, context),
      valuesOnly: kind === 'process-values',
    }),
    stores: connected,
  })
}

/** What `transformValues` of a table runs in place of a function; its stores are declared. */
export function planTransformer(plan: Plan, definition: AnyTransformer): Transformer {
  checkFunction(definition.transform, 'transformValues: transform')
  return {
    ...planCallbacks(plan, definition, 'transformValues'),
    transform: (value, key, context) => definition.transform(value, key, context),
  }
}

function planCallbacks(
  plan: Plan,
  definition: AnyCallbacks,
  operator: string,
): TaskCallbacksOptions & { readonly connected: readonly string[] } {
  const stores = namedStores(plan, definition.stores ?? {}, operator)
  const { punctuate = [] } = definition
  const planned = (punctuation: unknown): PunctuationPlan =>
    planPunctuation(punctuation as AnyPunctuation, operator)
  const plansOf = (each: AnyPunctuations): readonly PunctuationPlan[] =>
    ('run' in each ? [each] : each).map(planned)
  const declared = typeof punctuate === 'function' ? undefined : plansOf(punctuate)
  return {
    stores,
    init: definition.init === undefined ? undefined : context => definition.init!(context),
    close: definition.close === undefined ? undefined : context => definition.close!(context),
    punctuations: context =>
      declared ?? plansOf((punctuate as (context: ProcessedTask) => AnyPunctuations)(context)),
    planPunctuation: planned,
    // Global stores are read without being connected.
    connected: Object.freeze([
      ...new Set(stores.flatMap(({ store, kind: opened }) => (opened === 'global' ? [] : [store]))),
    ]),
  }
}

/** Unlike other operators, one with a name takes no index: names of all that follows hang on it (semantics N1). */
function nodeName(plan: Plan, kind: ProcessNode['kind'], given: string | undefined): string {
  if (given === undefined)
    return plan.processorName(kind === 'process' ? 'KSTREAM-PROCESSOR-' : 'KSTREAM-PROCESSVALUES-')
  validateName(given, 'an operator', declaredAt())
  return given
}

function namedStores(plan: Plan, handles: StoreHandles, operator: string): readonly NamedStore[] {
  return Object.entries(handles).map(([property, handle]) => {
    const global = handle === undefined ? undefined : globalNodeOf(plan, handle)
    if (global !== undefined) return { property, store: global.store.name, kind: 'global' }
    checkHandle(handle, `${operator}: stores.${property}`)
    declareStore(plan, handle)
    return namedStore(property, handle)
  })
}

function planPunctuation(
  { every, clock = 'stream', start, run }: AnyPunctuation,
  operator: string,
): PunctuationPlan {
  checkFunction(run, `${operator}: punctuate`)
  const intervalMs = toMilliseconds(every)
  if (!Number.isSafeInteger(intervalMs) || intervalMs < 1)
    throw misuse(`${operator}: punctuate must be every 1 ms or more, not ${String(every)}`)
  if (clock !== 'stream' && clock !== 'wall')
    throw misuse(`${operator}: clock must be 'stream' or 'wall', not '${String(clock)}'`)
  return {
    intervalMs,
    type: clock === 'stream' ? 'stream-time' : 'wall-clock',
    startMs: start instanceof Date ? start.getTime() : start,
    run,
  }
}
