/**
 * The asynchronous nodes of a task together: when it may take records, and the order in which their results go on.
 *
 * Results go on between two records, never within the event that brings them. Of two nodes in series the lower goes
 * first, and the upper forwards only while none below it is full: each holds no more than it may, plus what one record
 * above it makes. Draining means that nothing is taken any more until all that is held has gone on.
 */
import type { AsyncWork } from '../processor/async-work.ts'
import type { ProcessorRunner } from './processor-runner.ts'

/** An asynchronous node, and those that its results may reach. */
export interface AsyncNode {
  readonly runner: ProcessorRunner
  readonly work: AsyncWork
  readonly below: readonly AsyncWork[]
}

export class AsyncNodes {
  private readonly nodes: readonly AsyncNode[]
  private draining = false
  private aborted = false

  /** `nodes` in topological order. */
  constructor(nodes: readonly AsyncNode[]) {
    this.nodes = nodes
  }

  /** Whether the task must not take records, nor run punctuations, which make records too. */
  get blocked(): boolean {
    if (this.draining) return true
    for (const { work } of this.nodes) if (work.full) return true
    return false
  }

  get heldCount(): number {
    return this.nodes.reduce((sum, { work }) => sum + work.heldCount, 0)
  }

  get runningCount(): number {
    return this.nodes.reduce((sum, { work }) => sum + work.runningCount, 0)
  }

  advance(): void {
    if (this.aborted) return
    for (let index = this.nodes.length - 1; index >= 0; index--) {
      const { runner, below } = this.nodes[index]!
      runner.advance(() => !below.some(work => work.full))
    }
  }

  /** Takes no more records; answers whether nothing is held. `flush` forwards what other nodes hold for the commit. */
  drain(flush: () => void): boolean {
    this.draining = true
    this.advance()
    if (this.heldCount > 0) return false
    // What it forwards may go into an asynchronous node again; a graph has an end, so this has one too.
    flush()
    return this.heldCount === 0
  }

  /** Takes records again. */
  resume(): void {
    this.draining = false
  }

  abort(): void {
    this.aborted = true
    for (const { work } of this.nodes) work.abort()
  }
}
