/** Plans `dedupe`: checks its options, and adds the node with its store. */
import { misuse } from '../base/misuse.ts'
import { toMilliseconds } from '../base/duration.ts'
import { declaredAt } from '../base/declared-at.ts'
import type { DedupeNode } from '../plan/node.ts'
import type { Plan } from '../plan/plan.ts'
import { json } from '../serdes/json.ts'
import { string } from '../serdes/primitives.ts'
import type { Serde } from '../serdes/serde.ts'
import type { AnyDedupeOptions } from './dedupe-options.ts'
import { checkFunction } from './argument-checks.ts'
import type { StreamState } from './handle.ts'
import { planStore } from './store-plan.ts'

export function planDedupe(
  plan: Plan,
  options: AnyDedupeOptions<unknown, unknown, unknown> & { readonly id?: Serde<unknown> },
  { node: parent }: StreamState,
): DedupeNode {
  const operator = 'dedupe'
  checkFunction(options?.by, `${operator}: by`)
  const { by, within, grace = within, store: given, logging, backend, id, name } = options
  const withinMs = toMilliseconds(within, `${operator}: within`)
  if (withinMs < 1) throw misuse(`${operator}: within must be 1 ms or more, not ${String(within)}`)
  const graceMs = toMilliseconds(grace, `${operator}: grace`)
  const prefix = 'KSTREAM-DEDUPE-'
  const store = planStore(plan, {
    prefix,
    options: {
      caching: false,
      ...(given !== undefined && { store: given }),
      ...(logging !== undefined && { logging }),
      ...(backend !== undefined && { backend }),
    },
    keySerde: id ?? (string() as Serde<unknown>),
    valueSerde: json<readonly number[]>() as Serde<unknown>,
    operator,
  })
  return plan.add({
    kind: 'dedupe',
    name: plan.processorName(prefix, name),
    declaredAt: declaredAt(),
    parent,
    by,
    withinMs,
    graceMs,
    store,
  })
}
