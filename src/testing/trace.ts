/** The path of a record through an application: every step in its order and within the one that caused it. */
import type { DropStep, ProcessorStep, SinkStep, StoreStep, TraceStep } from './trace-step.ts'
import { traceText } from './trace-text.ts'

/** What `driver.trace` answers. As text it is one line for each step, indented below the step that caused it. */
export class Trace {
  /** The first steps: mostly one, the source that has read the record. */
  readonly steps: readonly TraceStep[]

  constructor(steps: readonly TraceStep[]) {
    this.steps = steps
  }

  /** All steps in their order. */
  *all(): Generator<TraceStep, void, undefined> {
    yield* walk(this.steps)
  }

  /** The nodes that the record and what was made of it have entered, in the order of entering. */
  get nodes(): readonly string[] {
    const nodes: string[] = []
    for (const step of this.all())
      if (step.kind === 'source' || step.kind === 'processor' || step.kind === 'sink') nodes.push(step.node)
    return nodes
  }

  /** What was dropped on the way. */
  get drops(): readonly DropStep[] {
    return [...this.all()].filter(step => step.kind === 'drop')
  }

  /** What was written to stores. */
  get storeWrites(): readonly StoreStep[] {
    return [...this.all()].filter(step => step.kind === 'store')
  }

  /** What was written to topics, repartition topics included. */
  get results(): readonly SinkStep[] {
    return [...this.all()].filter(step => step.kind === 'sink')
  }

  /** What a node has forwarded, in its order: the records as they entered the nodes below it. */
  forwardedBy(node: string): readonly (ProcessorStep | SinkStep)[] {
    const forwarded: (ProcessorStep | SinkStep)[] = []
    for (const step of this.all()) {
      if (!('node' in step) || step.node !== node || !('steps' in step) || step.kind === 'sink') continue
      for (const next of step.steps)
        if (next.kind === 'processor' || next.kind === 'sink') forwarded.push(next)
    }
    return forwarded
  }

  toString(): string {
    return traceText(this.steps)
  }
}

function* walk(steps: readonly TraceStep[]): Generator<TraceStep, void, undefined> {
  for (const step of steps) {
    yield step
    if ('steps' in step) yield* walk(step.steps)
  }
}
