/** Plans `print`: a line for each record of a stream. */
import { declaredAt } from '../base/declared-at.ts'
import type { StreamNode } from '../plan/node.ts'
import type { Plan } from '../plan/plan.ts'
import { checkFunction } from './argument-checks.ts'
import type { PrintOptions } from './print-options.ts'

export function planPrint(plan: Plan, parent: StreamNode, options: PrintOptions<unknown, unknown>): void {
  const { name, label = parent.name, mapper, to } = options
  if (mapper !== undefined) checkFunction(mapper, 'print: mapper')
  if (to !== undefined) checkFunction(to, 'print: to')
  plan.add({
    kind: 'print',
    name: plan.processorName('KSTREAM-PRINTER-', name),
    declaredAt: declaredAt(),
    parent,
    print: { label, mapper, to },
  })
}
