/** Stream `split`: each record goes to the child of the first predicate that accepts it (semantics D50). */
import { assert } from '../base/assert.ts'
import type { Processor, ProcessorContext, ProcessorSupplier } from '../processor/processor.ts'
import type { StreamRecord } from '../processor/record.ts'
import { accepts, type ValueCallback } from './callbacks.ts'

/**
 * `children[i]` is the node name of the branch of `predicates[i]`. One more child than predicates is the default
 * branch; without it a record that no predicate accepts ends here.
 */
export function branch(
  predicates: readonly ValueCallback<unknown>[],
  children: readonly string[],
): ProcessorSupplier {
  assert(
    children.length === predicates.length || children.length === predicates.length + 1,
    `a branch has ${predicates.length} predicates and ${children.length} children`,
  )
  return () => new Branch(predicates, children)
}

class Branch implements Processor {
  private readonly predicates: readonly ValueCallback<unknown>[]
  private readonly children: readonly string[]
  private context!: ProcessorContext

  constructor(predicates: readonly ValueCallback<unknown>[], children: readonly string[]) {
    this.predicates = predicates
    this.children = children
  }

  init(context: ProcessorContext): void {
    this.context = context
  }

  process(record: StreamRecord): void {
    const { context, predicates } = this
    let chosen = 0
    while (
      chosen < predicates.length &&
      !accepts(predicates[chosen]!(record.value, record.key, context.record))
    )
      chosen++
    const child = this.children[chosen]
    if (child !== undefined) context.forwardTo(child, record)
  }
}
